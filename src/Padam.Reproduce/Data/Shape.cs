namespace Padam.Reproduce.Data;

/// <summary>The ten classes of the synthetic set, as signed distances: negative inside, about 1 wide from the centre.</summary>
internal static class Shape
{
    public static readonly string[] Names =
    [
        "disc",
        "ring",
        "square",
        "frame",
        "triangle",
        "star",
        "cross",
        "crescent",
        "capsule",
        "hexagon",
    ];

    public static float Distance(int shape, float x, float y) =>
        shape switch
        {
            0 => Length(x, y) - 0.85f,
            1 => MathF.Abs(Length(x, y) - 0.7f) - 0.22f,
            2 => Box(x, y, 0.75f, 0.75f),
            3 => MathF.Abs(Box(x, y, 0.62f, 0.62f)) - 0.18f,
            4 => MathF.Max(MathF.Max(0.866f * x, -0.866f * x) + 0.5f * y, -y) - 0.5f,
            5 => Star(x, y),
            6 => MathF.Min(Box(x, y, 0.9f, 0.28f), Box(x, y, 0.28f, 0.9f)),
            7 => MathF.Max(Length(x, y) - 0.9f, 0.72f - Length(x - 0.42f, y)),
            8 => Length(MathF.Max(MathF.Abs(x) - 0.5f, 0), y) - 0.4f,
            9 => MathF.Max(MathF.Abs(y), 0.866f * MathF.Abs(x) + 0.5f * MathF.Abs(y)) - 0.78f,
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "There are ten shapes, 0 to 9."),
        };

    private static float Length(float x, float y) => MathF.Sqrt(x * x + y * y);

    private static float Box(float x, float y, float halfWidth, float halfHeight) =>
        MathF.Max(MathF.Abs(x) - halfWidth, MathF.Abs(y) - halfHeight);

    /// <summary>Five points, outer radius 1, inner radius 0.42: the angle folded into half a point, then one line.</summary>
    private static float Star(float x, float y)
    {
        const float halfPoint = MathF.PI / 5,
            innerRadius = 0.42f;
        float angle = MathF.Atan2(y, x) + MathF.PI;
        angle = MathF.Abs(angle % (2 * halfPoint) - halfPoint);
        float radius = Length(x, y),
            px = radius * MathF.Cos(halfPoint - angle),
            py = radius * MathF.Sin(halfPoint - angle);
        float ix = innerRadius * MathF.Cos(halfPoint),
            iy = innerRadius * MathF.Sin(halfPoint);
        float edge = Length(1 - ix, iy);
        return ((px - 1) * iy + py * (1 - ix)) / edge;
    }
}
