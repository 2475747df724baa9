using System.Linq.Expressions;
using System.Reflection;

namespace Holdfast.Agents;

/// <summary>The arguments of a method that is a tool, for rules and requirements in C#.</summary>
public sealed class MethodArguments
{
    static readonly ConstructorInfo Constructor = typeof(MethodArguments).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(string[]), typeof(object[])])!;

    readonly string[] _names;

    internal MethodArguments(string[] names, object?[] values) => (_names, Values) = (names, values);

    internal object?[] Values { get; }

    /// <summary>An argument by the parameter's name.</summary>
    /// <param name="parameter">The name as in C#.</param>
    /// <exception cref="ArgumentException">The method has no such parameter, or it is of another type.</exception>
    public T Get<T>(string parameter)
    {
        var at = Array.IndexOf(_names, parameter);
        if (at < 0) throw new ArgumentException($"There is no parameter '{parameter}'; there are {string.Join(", ", _names)}.", nameof(parameter));
        return Values[at] switch
        {
            T value => value,
            null when default(T) is null => default!,
            var other => throw new ArgumentException($"The parameter '{parameter}' is {other?.GetType().Name ?? "null"}, and not {typeof(T).Name}.", nameof(parameter)),
        };
    }

    /// <summary>Makes them of the values of some of a method's parameters.</summary>
    internal static Func<IEnumerable<Expression>, Expression> Create(IReadOnlyList<ParameterInfo> parameters)
    {
        var names = Expression.Constant(parameters.Select(static p => p.Name!).ToArray());
        return values => Expression.New(Constructor, names, Expression.NewArrayInit(typeof(object), values.Select(static v => Expression.Convert(v, typeof(object)))));
    }
}
