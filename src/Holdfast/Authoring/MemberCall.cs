using System.Linq.Expressions;
using System.Reflection;
using Holdfast.Hosting;

namespace Holdfast;

/// <summary>A call of a workflow's member from outside, such as <c>w =&gt; w.Owed(currency)</c>: its name, and its arguments as JSON with the names of their parameters.</summary>
sealed record MemberCall(string Name, IReadOnlyList<byte[]> Arguments, IReadOnlyList<string> Parameters)
{
    /// <exception cref="ArgumentException">The expression is anything but one member of the lambda's parameter.</exception>
    public static MemberCall Of(LambdaExpression call, JsonValues json)
    {
        ArgumentNullException.ThrowIfNull(call);
        var body = call.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : call.Body;
        switch (body)
        {
            case MemberExpression { Member: PropertyInfo property } read when read.Expression == call.Parameters[0]:
                return new(property.Name, [], []);
            case MethodCallExpression { Method: var method } made when made.Object == call.Parameters[0]:
                var parameters = method.GetParameters();
                return new(method.Name, [.. parameters.Select((p, i) => json.Write(WorkflowCall.ValueOf(made.Arguments[i]), p.ParameterType, $"The argument '{p.Name}' of {method.Name}"))], [.. parameters.Select(static p => p.Name!)]);
            default:
                throw new ArgumentException($"'{call}' is not one property or method of the workflow. Write it as w => w.Status or w => w.Owed(currency).", nameof(call));
        }
    }
}
