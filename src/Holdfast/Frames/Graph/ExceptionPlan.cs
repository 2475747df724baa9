using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Exceptions by type, message, inner exception, data, stack text and plain members; never by the framework's private objects, which
/// drag tasks and tokens along. No constructor runs.
/// </summary>
sealed class ExceptionPlan : Plan
{
    /// <summary>More stack text than this is cut: an exception that crossed thousands of frames must not grow the snapshot without bound.</summary>
    public const int StackTextMax = 64 * 1024;

    /// <summary>More data than this is left out: the framework keeps it in a list that is searched from its start.</summary>
    public const int DataMax = 1000;

    static readonly FieldInfo Message = Base("_message"), Inner = Base("_innerException"), Remote = Base("_remoteStackTraceString"),
        Own = Base("_stackTrace"), OwnText = Base("_stackTraceString"), Result = Base("_HResult"), Source = Base("_source"), Help = Base("_helpURL");

    readonly Type _type;
    readonly FieldSet _set;
    readonly (string Name, FieldInfo Field)[] _members;

    public ExceptionPlan(Type type)
    {
        _type = type;
        var set = FieldSet.Of(type, static field => field.DeclaringType == typeof(Exception) || !IsPlain(field));
        _set = set;
        _members = [.. set.Fields.Select((field, i) => (set.Names[i], field))];
    }

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(_type);

    public override void WriteBody(GraphWriter writer, object value)
    {
        var exception = (Exception)value;
        writer.WriteReference(Message.GetValue(exception));
        writer.WriteReference(exception.InnerException);
        writer.WriteReference(StackTextOf(exception));
        writer.WriteFixed32(exception.HResult);
        writer.WriteReference(Source.GetValue(exception));
        writer.WriteReference(Help.GetValue(exception));
        var data = DataOf(exception);
        writer.WriteUnsigned((uint)data.Count);
        foreach (var (key, item) in data)
        {
            writer.WriteReference(key);
            writer.WriteReference(item);
        }
        writer.WriteUnsigned((uint)_members.Length);
        foreach (var (name, field) in _members)
        {
            writer.WriteText(name);
            writer.WriteText(FieldKind.Of(field));
            BoxedCodec.For(field.FieldType).Write(writer, ValueOf(exception, field));
        }
    }

    public override void ReadBody(GraphReader reader, object value)
    {
        var exception = (Exception)value;
        Message.SetValue(exception, reader.ReadReference<string>());
        Inner.SetValue(exception, reader.ReadReference<Exception>());
        Remote.SetValue(exception, reader.ReadReference<string>());
        Result.SetValue(exception, reader.ReadFixed32());
        Source.SetValue(exception, reader.ReadReference<string>());
        Help.SetValue(exception, reader.ReadReference<string>());
        var entries = reader.ReadCount(2);
        if (entries > DataMax) throw GraphErrors.Corrupt("an exception has too much data");
        for (; entries > 0; entries--)
        {
            var key = reader.ReadReference<string>() ?? throw GraphErrors.Corrupt("an exception's data has no key");
            var item = reader.ReadReference();
            // A box is filled later, and the dictionary would keep a copy of the reference only: both see the same box.
            Fill(exception, key, item);
        }
        ReadMembers(reader, exception);
    }

    /// <summary>The user's members are data like any other. Those of the framework are its own affair, and differ between its versions.</summary>
    void ReadMembers(GraphReader reader, Exception exception)
    {
        var saved = new List<(string Name, string Kind)>();
        for (var count = reader.ReadCount(2); count > 0; count--)
        {
            var (name, kind) = (reader.ReadText(), reader.ReadText());
            saved.Add((name, kind));
            var member = Array.Find(_members, m => m.Name == name);
            var today = member.Field is null ? null : FieldKind.Of(member.Field);
            if (today is not null && FieldKind.Fit(kind, today)) member.Field!.SetValue(exception, BoxedCodec.For(member.Field.FieldType).Read(reader));
            else if (IsOfFramework(name)) FieldKind.Skip(reader, kind, $"{_type}.{name}");
            else if (today is not null) throw ChangedData.Retyped(_type, name, kind, today);
            else if (!FieldKind.SkipDefault(reader, kind)) throw ChangedData.Gone(_type, _set, saved, name, kind);
        }
        for (var i = 0; i < _members.Length; i++)
            if (!saved.Exists(s => s.Name == _members[i].Name) && !KnownTypes.IsFramework(_members[i].Field.DeclaringType!.Assembly) && ChangedData.Missing(_type, _set, i) is { } missing)
                throw GraphErrors.Migration(missing);
    }

    bool IsOfFramework(string name)
    {
        var (home, _) = FieldSet.Split(_type, name);
        var level = _type;
        while (level is not null && level.ToString() != home) level = level.BaseType;
        return level is not null && KnownTypes.IsFramework(level.Assembly);
    }

    /// <summary>The stack as text so far, cut at <see cref="StackTextMax"/>.</summary>
    public static string? StackTextOf(Exception exception)
    {
        var text = Remote.GetValue(exception) as string;
        if (text is not { Length: >= StackTextMax })
        {
            try
            {
                text = exception.StackTrace;
            }
            catch (Exception)
            {
                // The type's own code. What the framework has gathered up to the last throw is left.
            }
        }
        return text is { Length: > StackTextMax } ? text[..StackTextMax] : text;
    }

    /// <summary>
    /// Turns the trace that the exception has gathered into text, so that the next throw adds its own part only. Crossing frames
    /// stays linear in their number, and below a bound.
    /// </summary>
    public static void SealStack(Exception exception)
    {
        // A full one is neither added to nor copied: the way up through a hundred thousand frames costs what the frames cost.
        if (Remote.GetValue(exception) is not string { Length: >= StackTextMax })
        {
            var text = StackTextOf(exception);
            Remote.SetValue(exception, text is null || text.EndsWith('\n') ? text : text + "\n");
        }
        Own.SetValue(exception, null);
        OwnText.SetValue(exception, null);
    }

    static List<(string Key, object? Value)> DataOf(Exception exception)
    {
        var data = new List<(string, object?)>();
        try
        {
            foreach (System.Collections.DictionaryEntry entry in exception.Data ?? new System.Collections.Hashtable())
                if (data.Count < DataMax && entry.Key is string key && IsPlainValue(entry.Value))
                    data.Add((key, entry.Value));
            return data;
        }
        catch (Exception error)
        {
            throw new NotSavableException(exception, exception.GetType(), $"Its Data cannot be read: that threw {error.GetType().Name}. Catch it where it is thrown, and throw one that can tell of itself.");
        }
    }

    static void Fill(Exception exception, string key, object? item)
    {
        try
        {
            exception.Data[key] = item;
        }
        catch (Exception error)
        {
            throw GraphErrors.OwnCode($"Filling the Data of a {exception.GetType()}", error);
        }
    }

    static object? ValueOf(Exception exception, FieldInfo field)
    {
        var value = field.GetValue(exception);
        // Such as the actual value of an argument out of range: part of the message if it is plain, and left out if not.
        return field.FieldType == typeof(object) && KnownTypes.IsFramework(field.DeclaringType!.Assembly) && !IsPlainValue(value) ? null : value;
    }

    static bool IsPlainValue(object? value) => value is null or string || Codecs.IsLeaf(value.GetType());

    static bool IsPlain(FieldInfo field)
    {
        if (!KnownTypes.IsFramework(field.DeclaringType!.Assembly)) return true;
        var type = Nullable.GetUnderlyingType(field.FieldType) ?? field.FieldType;
        return type == typeof(string) || type == typeof(object) || type == typeof(Exception[]) || type.IsEnum || (type.IsPrimitive && !KnownTypes.IsHandle(type));
    }

    static FieldInfo Base(string name) => typeof(Exception).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new PlatformNotSupportedException($"This .NET runtime has no System.Exception.{name}; this version of Holdfast does not know how to save exceptions on it.");
}
