using System.Linq.Expressions;
using System.Reflection;
using Holdfast.Agents.Json;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents.Records;

/// <summary>Records, classes and structs: through their constructor, and then the properties that it does not take.</summary>
sealed class RecordConverter<T> : Converter<T>
{
    static readonly MethodInfo ReadMethod = typeof(RecordConverter<T>).GetMethod(nameof(ReadSlot), BindingFlags.NonPublic | BindingFlags.Static)!;
    static readonly MethodInfo SlotMethod = typeof(JsonTape).GetMethod(nameof(JsonTape.Slot))!;

    readonly PropertyPlan[] _properties;
    readonly PropertyPlan[] _ordered;
    readonly bool[] _saysNull;
    readonly NameTable _names;
    readonly Func<JsonTape, int, T> _make;

    /// <param name="create">Makes an object of the values of those properties that have a parameter, in the order of the parameters.</param>
    /// <param name="properties">What it has.</param>
    /// <param name="names">Their names.</param>
    public RecordConverter(Func<IEnumerable<Expression>, Expression> create, PropertyPlan[] properties, NameTable names)
    {
        _properties = properties;
        _ordered = [.. properties.OrderBy(static p => p.Name, StringComparer.Ordinal)];
        _names = names;
        _make = Compile(create, properties);
        _saysNull = WhichSayNull();
    }

    public override T Read(JsonTape tape, int token)
    {
        var slots = tape.PushSlots(_properties.Length);
        var name = token + 1;
        for (var left = tape.At(token).Length; left > 0; left--)
        {
            var value = name + 1;
            tape.SetSlot(slots + tape.At(name).Link, value);
            name = tape.At(value).Link;
        }
        var made = _make(tape, slots);
        tape.PopSlots(slots);
        return made;
    }

    /// <summary>A property that is null is left out, where that means the same.</summary>
    public override void Write(CanonicalWriter writer, T value)
    {
        writer.Open('{');
        foreach (var (i, property) in _ordered.Index())
        {
            var inner = property.Place.Get(value!);
            if (inner is null && !_saysNull[i])
            {
                if (property.Plan.Schema.IsNullable || writer.MarksWhatHasNone) continue;
                throw new ArgumentException($"{property.Place.Owner}.{property.Place.Name} is null.");
            }
            writer.Name(_names[Array.IndexOf(_properties, property)]);
            property.Plan.Converter.WriteObject(writer, inner);
        }
        writer.Close('}');
    }

    /// <summary>Of which properties null has to be said, because they are something else when they are left out.</summary>
    bool[] WhichSayNull()
    {
        try
        {
            var tape = new JsonTape();
            object bare = _make(tape, tape.PushSlots(_properties.Length))!;
            return [.. _ordered.Select(p => p.Plan.Schema.IsNullable && p.Place.Get(bare) is not null)];
        }
        catch (Exception)
        {
            // One that is never without some of them. Only what a constructor is given is known then.
            return [.. _ordered.Select(static p => p.Plan.Schema.IsNullable && (p.Parameter is null || p.Missing is not null))];
        }
    }

    static Func<JsonTape, int, T> Compile(Func<IEnumerable<Expression>, Expression> create, PropertyPlan[] properties)
    {
        var (tape, slots, made) = (Expression.Parameter(typeof(JsonTape)), Expression.Parameter(typeof(int)), Expression.Variable(typeof(T)));
        Expression Slot(int i) => Expression.Add(slots, Expression.Constant(i));
        Expression Value(int i) => Expression.Call(
            ReadMethod.MakeGenericMethod(properties[i].Plan.Type), Expression.Constant(properties[i].Plan.Converter), tape, Slot(i), Expression.Constant(properties[i].Missing, properties[i].Plan.Type));

        var arguments = properties.Index().Where(static p => p.Item.Parameter is not null).OrderBy(static p => p.Item.Parameter!.Position).Select(p => Value(p.Index));
        var body = new List<Expression> { Expression.Assign(made, create(arguments)) };
        foreach (var (i, property) in properties.Index().Where(static p => p.Item.Parameter is null))
        {
            var isThere = Expression.GreaterThanOrEqual(Expression.Call(tape, SlotMethod, Slot(i)), Expression.Constant(0));
            body.Add(Expression.IfThen(isThere, Expression.Assign(property.Place.In(made), Value(i))));
        }
        body.Add(made);
        return Expression.Lambda<Func<JsonTape, int, T>>(Expression.Block([made], body), tape, slots).Compile();
    }

    static TValue ReadSlot<TValue>(Converter<TValue> converter, JsonTape tape, int slot, TValue missing)
    {
        var token = tape.Slot(slot);
        return token < 0 ? missing : converter.Read(tape, token);
    }
}
