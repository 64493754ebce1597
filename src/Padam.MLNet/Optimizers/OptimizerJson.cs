using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Padam.MLNet.Optimizers;

/// <summary>The settings in an optimizer's saved state, by generated code: a trimmed program has no reflection for them.</summary>
[JsonSerializable(typeof(PadamOptions))]
[JsonSerializable(typeof(AdamOptions))]
[JsonSerializable(typeof(AmsGradOptions))]
[JsonSerializable(typeof(AdamWOptions))]
[JsonSerializable(typeof(SgdOptions))]
[JsonSerializable(typeof(YogiOptions))]
[JsonSerializable(typeof(AdaBoundOptions))]
internal sealed partial class OptimizerJson : JsonSerializerContext
{
    /// <summary>How settings are written and read; those of an optimizer of the user's own by reflection.</summary>
    internal static JsonTypeInfo<TOptions> Of<TOptions>() =>
        (JsonTypeInfo<TOptions>)(Default.GetTypeInfo(typeof(TOptions)) ?? JsonSerializerOptions.Default.GetTypeInfo(typeof(TOptions)));
}
