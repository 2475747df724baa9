using System.Collections;
using System.Reflection;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>
/// Compares two object graphs by structure and by identity: what is one object in the first must be one object in the second. Walks
/// without recursion, so that long chains can be compared.
/// </summary>
sealed class Same
{
    readonly Dictionary<object, object> _pairs = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<object, object> _back = new(ReferenceEqualityComparer.Instance);
    readonly Queue<(object? Expected, object? Actual, string Path)> _queue = new();

    public static void Graphs(object? expected, object? actual)
    {
        var same = new Same();
        same.Push(expected, actual, "root");
        while (same._queue.TryDequeue(out var next)) same.Visit(next.Expected, next.Actual, next.Path);
    }

    void Push(object? expected, object? actual, string path) => _queue.Enqueue((expected, actual, path));

    void Visit(object? expected, object? actual, string path)
    {
        if (expected is null || actual is null)
        {
            Assert.True(expected is null && actual is null, $"{path}: {expected ?? "null"} became {actual ?? "null"}");
            return;
        }
        Assert.True(expected.GetType() == actual.GetType(), $"{path}: a {expected.GetType()} became a {actual.GetType()}");
        var type = expected.GetType();
        if (!type.IsValueType && expected is not string)
        {
            if (_pairs.TryGetValue(expected, out var known))
            {
                Assert.True(ReferenceEquals(known, actual), $"{path}: one object became two");
                return;
            }
            Assert.True(_back.TryAdd(actual, expected) || ReferenceEquals(expected, actual), $"{path}: two objects became one");
            _pairs.Add(expected, actual);
        }
        if (ReferenceEquals(expected, actual)) return;
        Content(expected, actual, type, path);
    }

    void Content(object expected, object actual, Type type, string path)
    {
        switch (expected)
        {
            case string or Type or decimal:
                Assert.True(Bits(expected).Equals(Bits(actual)), $"{path}: {expected} became {actual}");
                return;
            case Delegate call:
                var (ours, theirs) = (call.GetInvocationList(), ((Delegate)actual).GetInvocationList());
                Assert.Equal(ours.Length, theirs.Length);
                for (var i = 0; i < ours.Length; i++)
                {
                    Assert.Equal(ours[i].Method, theirs[i].Method);
                    if (ours[i].Target is { } target && target.GetType().Name != "<>c") Push(target, theirs[i].Target, $"{path}.target");
                }
                return;
            case Exception error:
                var other = (Exception)actual;
                Assert.Equal(error.Message, other.Message);
                Assert.Equal(error.HResult, other.HResult);
                Push(error.InnerException, other.InnerException, path + ".InnerException");
                Fields(expected, actual, type, path, static t => t.Assembly == typeof(object).Assembly);
                return;
            case Array array:
                Assert.Equal(Shape(array), Shape((Array)actual));
                Sequence(array, (Array)actual, path);
                return;
        }
        if (type == typeof(object)) return;
        if (type.IsPrimitive || type.IsEnum || IsValue(type))
        {
            Assert.True(Bits(expected).Equals(Bits(actual)), $"{path}: {expected} became {actual}");
            return;
        }
        if (IsFramework(type) && expected is IEnumerable items and not IEnumerator)
        {
            Sequence(items, (IEnumerable)actual, path);
            if (type.GetProperty("Comparer") is { } comparer && comparer.GetIndexParameters().Length == 0) Push(comparer.GetValue(expected), comparer.GetValue(actual), path + ".Comparer");
            return;
        }
        Fields(expected, actual, type, path, static _ => false);
    }

    void Sequence(IEnumerable expected, IEnumerable actual, string path)
    {
        var (a, b) = (expected.GetEnumerator(), actual.GetEnumerator());
        for (var i = 0; ; i++)
        {
            var (hasOne, hasOther) = (a.MoveNext(), b.MoveNext());
            Assert.True(hasOne == hasOther, $"{path}: another number of items, after {i}");
            if (!hasOne) return;
            Push(a.Current, b.Current, $"{path}[{i}]");
        }
    }

    void Fields(object expected, object actual, Type type, string path, Func<Type, bool> except)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            if (except(level)) continue;
            foreach (var field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                if (field.Name is not "<>l__initialThreadId") Push(field.GetValue(expected), field.GetValue(actual), $"{path}.{field.Name}");
        }
    }

    static string Shape(Array array) => string.Join(',', Enumerable.Range(0, array.Rank).Select(array.GetLength));

    static bool IsFramework(Type type) => type.Assembly.GetName().Name!.StartsWith("System", StringComparison.Ordinal);

    static bool IsValue(Type type) => IsFramework(type)
        && (type.IsValueType ? type.Namespace is "System" or "System.Numerics" && !type.IsGenericType : type.Namespace is not "System.Collections.Generic" && !typeof(IEnumerable).IsAssignableFrom(type) && !type.Name.StartsWith("Tuple", StringComparison.Ordinal) && !typeof(IEnumerator).IsAssignableFrom(type));

    // Numbers that compare equal may still differ: -0.0, NaN's payload, the scale of a decimal, the kind of a date.
    static object Bits(object value) => value switch
    {
        double number => BitConverter.DoubleToInt64Bits(number),
        float number => BitConverter.SingleToInt32Bits(number),
        Half number => BitConverter.HalfToInt16Bits(number),
        decimal number => string.Join(',', decimal.GetBits(number)),
        DateTime date => (date.Ticks, date.Kind),
        DateTimeOffset date => (date.Ticks, date.Offset),
        System.Numerics.Complex number => (BitConverter.DoubleToInt64Bits(number.Real), BitConverter.DoubleToInt64Bits(number.Imaginary)),
        System.Text.StringBuilder text => text.ToString(),
        System.Text.Json.Nodes.JsonNode node => node.ToJsonString(),
        System.Text.RegularExpressions.Regex regex => (regex.ToString(), regex.Options, regex.MatchTimeout),
        _ => value,
    };
}
