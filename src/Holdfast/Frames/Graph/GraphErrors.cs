using System.Reflection;
using Holdfast.Frames.Code;
using Holdfast.Storage;

namespace Holdfast.Frames.Graph;

/// <summary>The errors that reading graphs can meet, in one place so that their texts stay alike.</summary>
static class GraphErrors
{
    /// <summary>How the message begins about bytes that cannot be read.</summary>
    public const string Damaged = "The saved data is damaged";

    public static HoldfastException Corrupt(string what) =>
        new(HoldfastError.CorruptSnapshot, $"{Damaged}: {what}. Nothing was changed; restore the store from a backup, or end the run.");

    /// <summary>Far more often than damage this means that a field was given another type.</summary>
    public static HoldfastException Misfit(object value, Type wanted) => new MisfitException(value.GetType(), wanted);

    /// <summary>The run was made by a class that is another workflow now, or another version of it.</summary>
    public static HoldfastException OtherClass(Type saved, Holdfast.Hosting.WorkflowType type) => Migration(
        $"The run was made by the class {saved}, and version {type.Version} of '{type.Name}' is the class {type.Type} now. A class in which runs wait keeps its name; its next version gets another one.");

    public static HoldfastException Migration(string what) => new(HoldfastError.NeedsMigration, $"{what} {WaysOut}");

    /// <summary>What a snapshot names is not in the code that is loaded here.</summary>
    public static HoldfastException Gone(Assembly assembly, string name, string what) => Migration(CodeMap.Of(assembly).FileTypes.WhyMissing(name, assembly) ?? what);

    /// <summary>A type in the words of the source, where the framework's own are hard to read.</summary>
    public static string Word(Type type) => type.IsGenericType || type.IsArray ? CodeWords.Short(CodeText.Names.Type(type)) : type.ToString();

    /// <summary>Bytes that held their checksum are what was written. What throws while they are read is the code of a type, or ours.</summary>
    public static HoldfastException OwnCode(string what, Exception thrown) =>
        new(HoldfastError.NeedsMigration, $"{what} threw {thrown.GetType().Name}: {ErrorText.Sentence(ErrorText.MessageOf(thrown))} What was saved is whole; it was code that failed, and did not when it was saved. Mend it and start again. {WaysOut}", thrown);

    public const string WaysOut =
        "Start the build that made the run again, keep its class as the old version beside the new one, or restart the run from its input.";
}

/// <summary>What waited as JSON does not fit the type that it is read as here, which was another one when it was written.</summary>
sealed class MisreadException(HoldfastException why, string changed = "type") : HoldfastException(HoldfastError.NeedsMigration, $"{why.Message} It was kept before the {changed} changed. {GraphErrors.WaysOut}", why);

/// <summary>A saved value stands where its type does not fit any more.</summary>
sealed class MisfitException(Type saved, Type wanted, string where)
    : HoldfastException(HoldfastError.NeedsMigration, $"A saved value of type {GraphErrors.Word(saved)} does not fit {where}. {GraphErrors.WaysOut}")
{
    public MisfitException(Type saved, Type wanted) : this(saved, wanted, $"where a {GraphErrors.Word(wanted)} stands now") => IsPlaced = false;

    /// <summary>Whether the message names the field.</summary>
    public bool IsPlaced { get; } = true;

    /// <summary>The same error with the field of the owner that it can only be about; itself when there is none.</summary>
    public MisfitException In(Type owner)
    {
        var set = FieldSet.Of(owner);
        var names = Enumerable.Range(0, set.Fields.Count).Where(i => set.Fields[i].FieldType == wanted).Select(i => FieldSet.Split(owner, set.Names[i]) is var (home, plain) && home != owner.ToString() ? $"'{plain}' of its base class {GraphErrors.Word(set.Fields[i].DeclaringType!)}" : $"'{plain}'").ToList();
        return names.Count == 0 ? this : new(saved, wanted, $"the field {string.Join(" or ", names)} of {GraphErrors.Word(owner)}, which is a {GraphErrors.Word(wanted)} now");
    }
}

/// <summary>Code is not the code that a run was saved in. What was saved says only which code that was; the store may hold its description.</summary>
/// <param name="place">The code's canonical name.</param>
/// <param name="saved">What it was.</param>
/// <param name="now">What it is here.</param>
sealed class CodeChangedException(string place, Fingerprint saved, MemberInfo now)
    : HoldfastException(HoldfastError.NeedsMigration, $"{Sentence(place)}. {GraphErrors.WaysOut}")
{
    /// <summary>Under which number the store holds the description.</summary>
    public CodeId Saved { get; } = NewCode.IdOf(saved);

    /// <summary>The same with what changed, as far as the description tells.</summary>
    /// <param name="description">What the store holds; null for nothing.</param>
    public string Explain(ReadOnlyMemory<byte>? description)
    {
        var was = description is { } bytes ? CodeDescription.Decode(bytes, saved) : null;
        if (was is null) return $"{Sentence(place)}: what changed is not known, for the store holds no description of it. {GraphErrors.WaysOut}";
        return $"{Sentence(place)}, first saved by {was.Build}: {CodeChanges.Between(was, CodeDescription.Of(now))}. {GraphErrors.WaysOut}";
    }

    static string Sentence(string place) => $"The code of {CodeWords.Place(CompilerMade.WithoutPaths(place))} is not the code that the run was saved in";
}

/// <summary>A value that no codec takes. The encoder's caller adds the path that leads to it.</summary>
sealed class NotSavableException(object? value, Type type, string hint)
    : HoldfastException(HoldfastError.NotSavable, $"A value of type {type} cannot be saved. {hint}")
{
    public object? Value { get; } = value;

    public Type ValueType { get; } = type;

    public string Hint { get; } = hint;
}
