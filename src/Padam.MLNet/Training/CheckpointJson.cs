using System.Text.Json.Serialization;

namespace Padam.MLNet.Training;

/// <summary>A checkpoint's JSON, by generated code: a trimmed program has no reflection for it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
)]
[JsonSerializable(typeof(CheckpointPosition))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
