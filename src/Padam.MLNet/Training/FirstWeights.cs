using Padam.MLNet.Backbones;

namespace Padam.MLNet.Training;

/// <summary>The weights that a training begins with, where they are not drawn or from a file: frozen layers run with them.</summary>
internal static class FirstWeights
{
    internal static void Take(TrainingContext context)
    {
        if (context.Start is not null)
            TrainingState.LoadWeights(context);
        else if (context.Network is IWhitened whitened && context.Options.InitialWeights is null)
            FirstImages.Whiten(whitened, context.Data.Training, context.Map);
    }
}
