using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Types by name: the framework's by full name, the user's by assembly and full name without a version, compiler-made ones by
/// the place in the code that they come from. Resolving looks only at what the catalog allows.
/// </summary>
static class TypeTree
{
    const byte Framework = 0, User = 1, Made = 2, Generic = 3, Array = 4, Frame = 5, Own = 6;
    const int DepthMax = 32;
    static readonly System.Buffers.SearchValues<char> NotInNames = System.Buffers.SearchValues.Create("[],*&\\");
    static readonly Assembly OwnAssembly = typeof(TypeTree).Assembly;

    public static void Write(GraphWriter writer, Type type)
    {
        if (type.IsArray)
        {
            writer.WriteByte(Array);
            writer.WriteUnsigned(type.IsSZArray ? 0 : (uint)type.GetArrayRank());
            Write(writer, type.GetElementType()!);
        }
        else if (FrameTypes.MachineOf(type) is { } machine)
        {
            writer.WriteByte(Frame);
            Write(writer, machine);
        }
        else if (type.IsConstructedGenericType)
        {
            writer.WriteByte(Generic);
            WriteDefinition(writer, type.GetGenericTypeDefinition());
            var arguments = type.GetGenericArguments();
            writer.WriteUnsigned((uint)arguments.Length);
            foreach (var argument in arguments) Write(writer, argument);
        }
        else
        {
            WriteDefinition(writer, type);
        }
    }

    static void WriteDefinition(GraphWriter writer, Type type)
    {
        if (type.Assembly == OwnAssembly && !CompilerMade.Is(type))
        {
            writer.WriteByte(Own);
            writer.WriteText(type.FullName!);
        }
        else if (KnownTypes.IsFramework(type.Assembly))
        {
            writer.WriteByte(Framework);
            writer.WriteText(type.FullName!);
        }
        else
        {
            var made = CompilerMade.Is(type);
            writer.WriteByte(made ? Made : User);
            writer.WriteText(type.Assembly.GetName().Name!);
            writer.WriteText(made ? CodeMap.Of(type.Assembly).NameOf(type) : CodeMap.Of(type.Assembly).FileTypes.NameOf(type));
        }
    }

    static Type? UserType(Assembly assembly, string name) =>
        name.Contains('<', StringComparison.Ordinal) ? CodeMap.Of(assembly).FileTypes.Find(name) : assembly.GetType(name);

    /// <summary>
    /// Reads a type of which no object is made: what declares a delegate's method, a type argument, an element type. It may be any
    /// public type of the framework; which objects are made and which methods are called is decided by lists of their own.
    /// </summary>
    public static Type ReadMention(GraphReader reader, TypeCatalog catalog) => Read(reader, catalog, 0, isMention: true);

    /// <summary>Reads the type of an object.</summary>
    public static Type Read(GraphReader reader, TypeCatalog catalog) => Read(reader, catalog, 0, isMention: false);

    static Type Read(GraphReader reader, TypeCatalog catalog, int depth, bool isMention)
    {
        if (depth > DepthMax) throw GraphErrors.Corrupt("a type is nested too deeply");
        switch (reader.ReadByte())
        {
            case Framework:
                var framework = ReadName(reader);
                return (isMention ? catalog.MentionedType(framework) : catalog.FrameworkType(framework)) ?? throw GraphErrors.Migration($"The type {framework} is not one that runs may keep.");
            case Own:
                var own = ReadName(reader);
                return OwnAssembly.GetType(own) ?? throw GraphErrors.Migration($"The type {own} is not part of this version of Holdfast.");
            case User:
                var (assembly, name) = (reader.ReadText(), ReadName(reader));
                return UserType(catalog.UserAssembly(assembly), name) is { } user && !CompilerMade.Is(user)
                    ? user
                    : throw GraphErrors.Gone(catalog.UserAssembly(assembly), name, $"The type {name} is gone from {assembly}, but a saved run holds a value of it.");
            case Made:
                var (home, place) = (reader.ReadText(), reader.ReadText());
                var map = CodeMap.Of(catalog.UserAssembly(home));
                // One of fewer than there were may be any of those that are left: which, its fingerprint says.
                return map.TypeByName(place) ?? map.TypesBeside(place).FirstOrDefault() ?? throw GraphErrors.Gone(
                    catalog.UserAssembly(home), place,
                    place.Contains('!', StringComparison.Ordinal)
                        ? $"The code at {CodeWords.Place(place)} in {home} is gone, but a saved run is in the middle of it."
                        : $"A saved run holds {CodeWords.Short(place)}, which {home} does not have any more.");
            case Generic:
                var definition = Read(reader, catalog, depth + 1, isMention);
                var arguments = new Type[reader.ReadCount(1)];
                for (var i = 0; i < arguments.Length; i++) arguments[i] = Read(reader, catalog, depth + 1, isMention: true);
                return Close(definition, arguments);
            case Array:
                var rank = reader.ReadUnsigned();
                var element = Read(reader, catalog, depth + 1, isMention: true);
                if (rank > 32 || element.IsByRefLike || element == typeof(void)) throw GraphErrors.Corrupt("an array type is impossible");
                return rank == 0 ? element.MakeArrayType() : element.MakeArrayType((int)rank);
            case Frame:
                return FrameTypes.FrameOf(Read(reader, catalog, depth + 1, isMention: true)) ?? throw GraphErrors.Corrupt("a frame has no durable method");
            default:
                throw GraphErrors.Corrupt("a type has no known form");
        }
    }

    /// <summary>Reads a name and nothing else: in brackets the framework would look for types in assemblies that the text names.</summary>
    static string ReadName(GraphReader reader)
    {
        var name = reader.ReadText();
        return name.Length > 0 && !name.AsSpan().ContainsAny(NotInNames) ? name : throw GraphErrors.Corrupt("a type has an impossible name");
    }

    static Type Close(Type definition, Type[] arguments)
    {
        if (!definition.IsGenericTypeDefinition || definition.GetGenericArguments().Length != arguments.Length)
            throw GraphErrors.Migration($"The type {definition} has another number of type parameters now.");
        try
        {
            return definition.MakeGenericType(arguments);
        }
        catch (Exception error) when (error is ArgumentException or TypeLoadException or NotSupportedException)
        {
            throw GraphErrors.Migration($"The type {definition} does not take these type arguments any more.");
        }
    }
}
