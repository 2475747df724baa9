using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>A property of a record.</summary>
readonly record struct PropertySchema(string Name, SchemaNode Schema, bool IsRequired);

/// <summary>A record: named properties and no others.</summary>
sealed class ObjectSchema : SchemaNode
{
    /// <summary>Which properties are there is a bit each.</summary>
    public const int PropertiesMax = 64;

    readonly SchemaNode[] _schemas;
    readonly ulong _required;
    readonly ulong _whole;

    public ObjectSchema(IReadOnlyList<PropertySchema> properties)
    {
        Properties = properties;
        Names = new(properties.Select(static p => p.Name));
        _schemas = [.. properties.Select(static p => p.Schema)];
        for (var i = 0; i < properties.Count; i++)
        {
            if (properties[i].IsRequired) _required |= 1UL << i;
            if (!properties[i].Schema.IsNullable) _whole |= 1UL << i;
        }
    }

    public IReadOnlyList<PropertySchema> Properties { get; }

    public NameTable Names { get; }

    public override string Type => "object";

    protected override string Noun => "an object";

    protected override bool FitsKind(JsonKind kind) => kind == JsonKind.Object;

    protected override void CheckValue(JsonTape tape, int token)
    {
        var (seen, name, guess) = (0UL, token + 1, 0);
        for (var left = tape.At(token).Length; left > 0; left--)
        {
            var value = name + 1;
            var property = Names.Find(tape.TextOf(name), guess);
            if (property < 0)
            {
                NoteUnknown(tape, name);
            }
            else
            {
                // Whoever makes the record finds the property by this.
                tape.At(name).Link = property;
                seen |= 1UL << property;
                guess = property + 1;
                _schemas[property].Check(tape, value);
            }
            name = tape.At(value).Link;
        }
        if (((tape.IsWhole ? _whole : _required) & ~seen) is not 0 and var missing) NoteMissing(tape, token, missing);
    }

    void NoteUnknown(JsonTape tape, int name)
    {
        // Thousands of unknown names must not cost thousands of comparisons each.
        if (tape.Flaws.IsFull) return;
        var near = NearNames.Of(JsonPointer.Shorten(tape.TextOf(name)), Properties.Select(static p => p.Name));
        tape.Flaw(name, "is not a property here" + near);
    }

    void NoteMissing(JsonTape tape, int token, ulong missing)
    {
        var at = JsonPointer.To(tape, token);
        for (var i = 0; i < Properties.Count; i++)
            if ((missing & (1UL << i)) != 0) tape.Flaws.Add(JsonPointer.Append(at, Properties[i].Name), "is missing");
    }
}
