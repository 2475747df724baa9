namespace Holdfast;

/// <summary>
/// Marks a property or a synchronous method of a workflow that <c>QueryAsync</c> may read from outside. Arguments and answer travel as JSON.
/// It only reads: a query that changes the run's state is refused, and its changes are thrown away.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class QueryAttribute : Attribute;
