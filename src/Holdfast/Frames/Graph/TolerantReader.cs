using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Reads data whose type has changed since it was saved, fields by name. Nothing that a run holds is lost, and nothing that its code
/// counts on is left out: a field may go while it is empty, and may come where a new object would have it empty, too. Everything else is
/// refused. Slow and rare, so by reflection.
/// </summary>
sealed class TolerantReader(Type type, FieldSet fields, List<(string Name, string Kind)> saved)
{
    readonly Lazy<string?> _missing = new(() => Enumerable.Range(0, fields.Fields.Count)
        .Where(i => !saved.Exists(s => s.Name == fields.Names[i])).Select(i => ChangedData.Missing(type, fields, i)).FirstOrDefault(static missing => missing is not null));

    /// <summary>The least bytes that a saved value takes. What cannot be read as a field of today counts for nothing: whoever reads it says so.</summary>
    public int BytesMin(IReadOnlyDictionary<Type, TolerantReader> changed) => saved.Sum(s =>
        fields.IndexOf(s.Name) is var at and >= 0 && FieldKind.Fit(s.Kind, FieldKind.Of(fields.Fields[at])) ? StructCodec.BytesMin(fields.Fields[at].FieldType, changed) : 0);

    public void ReadObject(GraphReader reader, object target)
    {
        foreach (var (name, kind) in saved)
        {
            // A read-only field of a workflow may say that its constructor knows better.
            if (FieldKind.WithoutNames(kind) == "r" && target is Workflow && reader.TryReadKeep()) continue;
            var at = fields.IndexOf(name);
            if (at < 0)
            {
                if (!FieldKind.SkipDefault(reader, kind, Gone)) throw Gone();
                continue;

                HoldfastException Gone() => ChangedData.Gone(type, fields, saved, name, kind);
            }
            var field = fields.Fields[at];
            var today = FieldKind.Of(field);
            if (!FieldKind.Fit(kind, today)) throw ChangedData.Retyped(type, name, kind, today);
            field.SetValue(target, BoxedCodec.For(field.FieldType).Read(reader));
        }
        // Last, because a field that has another name now is best called by the one that it had. A workflow is made by its constructor, which has given new fields what is theirs.
        if (target is not Workflow && _missing.Value is { } missing) throw GraphErrors.Migration(missing);
    }
}

/// <summary>What is said of data that has changed in a way that a saved run cannot follow.</summary>
static class ChangedData
{
    /// <summary>A saved value has no field any more.</summary>
    public static HoldfastException Gone(Type type, FieldSet fields, IReadOnlyList<(string Name, string Kind)> saved, string name, string kind)
    {
        var (home, plain) = FieldSet.Split(type, name);
        var what = Level(type, home)?.GetMember(plain, MemberTypes.Field | MemberTypes.Property, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic) is [_, ..] ? "is static now" : "is gone";
        // A parameter can have its name again only where a parameter stands, and a field where a field does.
        var fresh = Enumerable.Range(0, fields.Names.Count).Where(i => FieldSet.IsParameter(fields.Names[i]) == FieldSet.IsParameter(name) && !saved.Any(s => s.Name == fields.Names[i]) && FieldKind.Fit(kind, FieldKind.Of(fields.Fields[i]))).ToList();
        var renamed = fresh is not [var one] ? ""
            : FieldSet.Split(type, fields.Names[one]) is var (place, called) && place != home && called == plain ? $" If it stands in {place} now, put it back where it was."
            : $" If it is called {Said(type, fields.Names[one])} now, give it back its name.";
        return GraphErrors.Migration($"{FieldSet.Word(plain)} of {home} {what}, but a saved run holds {FieldKind.Name(kind)} in it, which would be lost.{renamed}");
    }

    /// <summary>A saved value is of another kind than its field.</summary>
    public static HoldfastException Retyped(Type type, string name, string kind, string today)
    {
        var (home, plain) = FieldSet.Split(type, name);
        var (was, now) = (FieldKind.Name(kind), FieldKind.Name(today));
        if (was == now) (was, now) = (FieldKind.Exactly(kind), FieldKind.Exactly(today));
        return GraphErrors.Migration($"{FieldSet.Word(plain)} of {home} was saved as {was} and is {now} now.");
    }

    /// <summary>Why a field that is new cannot be left at its type's default; null when it can.</summary>
    public static string? Missing(Type type, FieldSet fields, int at)
    {
        var field = fields.Fields[at];
        var (home, plain) = FieldSet.Split(type, fields.Names[at]);
        var isRequired = field.IsDefined(typeof(RequiredMemberAttribute))
            || field.DeclaringType!.GetProperty(plain, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)?.IsDefined(typeof(RequiredMemberAttribute)) == true;
        if (isRequired) return $"The member {plain} of {home} is new and required, but saved objects do not have it.";
        return Initialisers.Give(type, field)
            ? $"{FieldSet.Word(plain)} of {home} is new, and its constructor or initialiser gives it a value that saved objects do not have."
            : null;
    }

    static Type? Level(Type type, string home)
    {
        var level = type;
        while (level is not null && level.ToString() != home && CodeNames.FullName(CompilerMade.Definition(level)) != home) level = level.BaseType;
        return level;
    }

    static string Said(Type type, string name) => FieldSet.Split(type, name) is var (home, plain) && home == type.ToString() ? FieldSet.Plain(plain) : $"{home}.{FieldSet.Plain(plain)}";
}

/// <summary>A codec behind an object, for paths where the type is known only at run time.</summary>
abstract class BoxedCodec
{
    static readonly ConcurrentDictionary<Type, BoxedCodec> All = new();

    public abstract object? Read(GraphReader reader);

    public abstract void Write(GraphWriter writer, object? value);

    public static BoxedCodec For(Type type) =>
        All.GetOrAdd(type, static t => (BoxedCodec)Activator.CreateInstance(typeof(Of<>).MakeGenericType(t))!);

    sealed class Of<T> : BoxedCodec
    {
        public override object? Read(GraphReader reader)
        {
            T value = default!;
            Codec<T>.Read(reader, ref value);
            return value;
        }

        public override void Write(GraphWriter writer, object? value)
        {
            var typed = (T)value!;
            Codec<T>.Write(writer, ref typed);
        }
    }
}
