namespace Holdfast;

/// <summary>
/// Marks a synchronous method of a workflow that <c>UpdateAsync</c> calls from outside to change the run's state. It runs between two turns, in the order in
/// which updates and signals came; what it changed is committed before the caller gets the answer. To refuse, it throws: then nothing of it
/// is kept. It does not wait and starts nothing; arguments and answer travel as JSON.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UpdateAttribute : Attribute;
