namespace Holdfast.Agents;

/// <summary>
/// How often something may happen: <paramref name="Count"/> times at once, and that many in each <paramref name="Time"/>, spread evenly. Everything that names the same rate shares it,
/// in all runs, also after restarts.
/// </summary>
/// <param name="Name">What is counted, such as the name of a tool, of a principal or of a provider.</param>
/// <param name="Count">How many.</param>
/// <param name="Time">In which time.</param>
public sealed record Rate(string Name, int Count, TimeSpan Time);
