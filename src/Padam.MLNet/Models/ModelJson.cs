using System.Text.Json.Serialization;

namespace Padam.MLNet.Models;

/// <summary>The description's JSON, by generated code: a trimmed program has no reflection for it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
)]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(FeaturizerDescription))]
internal sealed partial class ModelJson : JsonSerializerContext;
