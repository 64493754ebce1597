using System.Text.Json;
using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

/// <summary>A group that is trained in the first epochs alone.</summary>
internal interface ITrainedForEpochs
{
    /// <summary>So many; null for all.</summary>
    int? Epochs { get; }
}

/// <summary>
/// The settings of one parameter group, for <c>new ParamGroup { Parameters = ..., Options = new GroupOptions&lt;PadamOptions&gt;(...)
/// }</c>.
/// </summary>
/// <typeparam name="TOptions">The optimizer's options.</typeparam>
public sealed class GroupOptions<TOptions> : OptimizerOptions, ITrainedForEpochs
    where TOptions : OptimizerOptionsBase
{
    /// <summary>Makes the settings of a group; its learning rate starts at that of <paramref name="settings"/>.</summary>
    /// <param name="settings">The group's settings.</param>
    /// <exception cref="ArgumentException">Some settings are out of range; the message names them all.</exception>
    public GroupOptions(TOptions settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.ThrowIfInvalid();
        Settings = settings;
        LearningRate = InitialLearningRate = settings.LearningRate;
    }

    /// <summary>
    /// The group's settings. Their learning rate is where the group started; the one in force is
    /// <see cref="OptimizerOptions.LearningRate"/>.
    /// </summary>
    public TOptions Settings { get; internal set; }

    /// <summary>After how many epochs the group stays as it is; null for never. A rule's, so it is not saved.</summary>
    internal int? Epochs { get; init; }

    int? ITrainedForEpochs.Epochs => Epochs;

    /// <summary>Writes the rates, then the settings as JSON.</summary>
    /// <param name="writer">Open for writing.</param>
    public override void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        base.SaveStateDict(writer);
        writer.Write(JsonSerializer.Serialize(Settings, OptimizerJson.Of<TOptions>()));
    }

    /// <summary>Reads what <see cref="SaveStateDict"/> wrote.</summary>
    /// <param name="reader">Open for reading.</param>
    /// <exception cref="InvalidDataException">The settings cannot be read or are out of range.</exception>
    public override void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        base.LoadStateDict(reader);
        try
        {
            Settings =
                JsonSerializer.Deserialize(reader.ReadString(), OptimizerJson.Of<TOptions>()) ?? throw new JsonException("It is null.");
            Settings.ThrowIfInvalid();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The optimizer state's settings of a parameter group are damaged: {e.Message}", e);
        }
    }

    /// <summary>Takes the rates and settings of another group.</summary>
    /// <param name="source">A <see cref="GroupOptions{TOptions}"/>.</param>
    public override void LoadStateDict(OptimizerOptions source)
    {
        base.LoadStateDict(source);
        Settings = ((GroupOptions<TOptions>)source).Settings;
    }
}
