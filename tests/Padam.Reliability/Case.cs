namespace Padam.Reliability;

/// <summary>A promise and the way to try it.</summary>
internal sealed record Case(string Topic, string Name, Func<Bench, Outcome> Run);

/// <summary>How often it was tried, how often it held, and what was measured.</summary>
internal sealed record Outcome(int Tried, int Held, string Figure);
