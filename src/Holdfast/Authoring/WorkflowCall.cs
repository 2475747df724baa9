using System.Linq.Expressions;
using System.Reflection;

namespace Holdfast;

/// <summary>Reads <c>(Refund w) =&gt; w.Run(request)</c>: which workflow, and the value of the argument.</summary>
static class WorkflowCall
{
    /// <exception cref="ArgumentException">The expression is anything but a call of <c>Run</c> on the lambda's parameter.</exception>
    public static object? ArgumentOf(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var body = call.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : call.Body;
        if (body is not MethodCallExpression { Method.Name: "Run" } run || run.Object != call.Parameters[0] || run.Arguments.Count > 1)
            throw new ArgumentException($"'{call}' is no call of Run on the workflow. Write it as (MyWorkflow w) => w.Run(input).", nameof(call));
        return run.Arguments.Count == 0 ? null : ValueOf(run.Arguments[0]);
    }

    /// <summary>Captured variables and constants are read directly; anything else is interpreted, which is slower but compiles nothing.</summary>
    public static object? ValueOf(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member when member.Expression is null || TryValueOf(member.Expression, out _) =>
            field.GetValue(member.Expression is null ? null : ValueOf(member.Expression)),
        _ => Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke(),
    };

    static bool TryValueOf(Expression expression, out object? value)
    {
        value = null;
        if (expression is not (ConstantExpression or MemberExpression { Member: FieldInfo })) return false;
        value = ValueOf(expression);
        return value is not null;
    }
}
