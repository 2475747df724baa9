using System.Reflection;

namespace Holdfast.Frames.Code;

/// <summary>
/// The names of what an object is taken apart into. A saved object comes back by the names of its members, and is taken apart by place: where two of the same type are
/// exchanged, as parameters of a record, the code of today takes the one saved value for the other.
/// </summary>
static class TakenApart
{
    /// <summary>Whether C# calls the method for <c>var (a, b) = o</c> and for <c>o is (1, 2)</c>. The framework's own ones stay as they are.</summary>
    public static bool Is(MethodBase definition) => definition.Name.Split('.')[^1] == "Deconstruct" && !CodeNames.IsFramework(definition.Module.Assembly);

    /// <summary>
    /// The methods that may do it where the code calls one that is virtual or an interface's: nothing in the code tells what the object is. Only assemblies
    /// that are surely there are looked at, so that the same build always finds the same.
    /// </summary>
    public static IEnumerable<MethodBase> Reached(MethodBase definition, Assembly workflows) => Is(definition)
        ? Dispatch.Reached(definition, new[] { workflows, definition.Module.Assembly }.Distinct().SelectMany(static a => CodeMap.Of(a).Types))
        : [];

    /// <summary>What stands behind the type of a parameter.</summary>
    public static string Behind(ParameterInfo parameter) => parameter.IsOut ? $":{parameter.Name}" : "";
}
