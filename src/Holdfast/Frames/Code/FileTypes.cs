using System.Reflection;

namespace Holdfast.Frames.Code;

/// <summary>
/// The types of an assembly that one file alone knows, declared with <c>file</c>. In the name that the compiler gives them stand the file's name and a hash of its path.
/// One alone goes by the file's name, wherever the file stands. Where several files of one name have a type of one name, nothing but the path tells these apart, so it is
/// part of their names then, and in a build that has no such path none of them is taken for another.
/// </summary>
sealed class FileTypes
{
    readonly ILookup<string, Type> _byPlainName;

    public FileTypes(IEnumerable<Type> types) => _byPlainName = types.Where(static type => IsOne(type.FullName!) && !CompilerMade.Is(type)).ToLookup(CodeNames.FullName);

    /// <summary>The name by which a type that a person wrote is found again.</summary>
    public string NameOf(Type type) => WithPath(type, CodeNames.FullName(type));

    /// <summary>The name of a type, or of something in its code, with the path in it where it is needed.</summary>
    public string WithPath(Type home, string name) =>
        IsOne(home.FullName!) && _byPlainName[CodeNames.FullName(home)].Skip(1).Any() ? home.FullName + (name.IndexOf('!', StringComparison.Ordinal) is var border and >= 0 ? name[border..] : "") : name;

    /// <summary>Finds a type by its name; null where there is none, or are several.</summary>
    public Type? Find(string name)
    {
        var found = _byPlainName[CompilerMade.WithoutPaths(name)].Where(type => IsPlain(name) || type.FullName == name).Take(2).ToList();
        return found is [var one] ? one : null;
    }

    /// <summary>Why a name from a snapshot leads nowhere.</summary>
    /// <param name="name">That of a type, or of something in its code.</param>
    /// <param name="assembly">Where it was.</param>
    /// <returns>Null for one that is not of a type of one file.</returns>
    public string? WhyMissing(string name, Assembly assembly)
    {
        var type = name.Split('!')[0];
        if (!IsOne(type) || Find(type) is not null || !TrySplit(CompilerMade.WithoutPaths(type), out var file, out var plain)) return null;
        if (!IsPlain(type)) return $"The type {plain} of a file called {file} was saved with the path of that file, for several of this name had one, and no file stands at that path in this build. Make the build in the directory of the one that made the run.";
        return _byPlainName[type].Any()
            ? $"Several files called {file} declare a type {plain} in {assembly.GetName().Name}, and the saved run does not say which of them it holds. Give the other files or their types names of their own."
            : $"The type {plain} of a file called {file} is gone from {assembly.GetName().Name}, but a saved run needs it.";
    }

    static bool IsOne(string name) => name.Contains('<', StringComparison.Ordinal);

    static bool IsPlain(string name) => CompilerMade.WithoutPaths(name) == name;

    /// <summary>Takes <c>Space.&lt;File&gt;Type</c> apart.</summary>
    static bool TrySplit(string name, out string file, out string plain)
    {
        var (open, close) = (name.IndexOf('<', StringComparison.Ordinal), name.IndexOf('>', StringComparison.Ordinal));
        (file, plain) = close > open + 1 ? (name[(open + 1)..close], name[..open] + name[(close + 1)..]) : ("", "");
        return plain.Length > open && (char.IsLetter(plain[open]) || plain[open] == '_');
    }
}
