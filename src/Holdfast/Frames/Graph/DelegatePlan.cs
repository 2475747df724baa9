using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Holdfast.Frames.Code;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Delegates as their type, the method by its place in the code, and the target. Only methods whose address the workflows' own
/// code takes can come out of data, so a forged snapshot cannot call anything that the code did not name.
/// </summary>
sealed class DelegatePlan : Plan
{
    const byte Single = 1, Many = 2;
    const byte NoTarget = 0, EmptyClosure = 1, Target = 2;

    Delegate? _constant;
    Func<object?, Delegate>? _make;

    public override bool HasBody => false;

    public static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);

    public static WireType Describe(TypeCatalog catalog, Delegate value)
    {
        var type = value.GetType();
        var writer = new GraphWriter();
        TypeTree.Write(writer, type);
        if (!value.HasSingleTarget)
        {
            writer.WriteByte(Many);
            return new(type, new DelegatePlan(), writer.BodyToArray());
        }
        var method = value.Method;
        var home = HomeOf(catalog, method)
            ?? throw new NotSavableException(value, type, $"It calls {method.DeclaringType}.{method.Name}, whose address no workflow's code takes.");
        var definition = Definition(method);
        writer.WriteByte(Single);
        writer.WriteText(home.GetName().Name!);
        writer.WriteText(CodeMap.Of(home).NameOf(definition));
        TypeTree.Write(writer, method.DeclaringType!);
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        writer.WriteUnsigned((uint)arguments.Length);
        foreach (var argument in arguments) TypeTree.Write(writer, argument);
        var hasCode = NeedsFingerprint(method);
        writer.WriteBoolean(hasCode);
        if (hasCode) Fingerprints.Of(method).WriteBytes(writer.Take(16));
        writer.WriteByte(value.Target is not { } target ? NoTarget : IsEmptyClosure(target.GetType()) ? EmptyClosure : Target);
        return new(type, new DelegatePlan(), writer.BodyToArray()) { Method = method };
    }

    public static WireType Parse(GraphReader reader, Type type, TypeCatalog catalog, byte[] descriptor)
    {
        var form = reader.ReadByte();
        switch (form)
        {
            case Many when reader.Remaining == 0: return new(type, new DelegatePlan(), descriptor);
            case Single: break;
            default: throw TypeDescriptor.IsNamed(type) ? TypeDescriptor.OtherKind(type, form) : GraphErrors.Corrupt("a delegate has no known form");
        }
        var home = catalog.UserAssembly(reader.ReadText());
        var name = reader.ReadText();
        var declaring = TypeTree.ReadMention(reader, catalog);
        var arguments = new Type[reader.ReadCount(1)];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = TypeTree.ReadMention(reader, catalog);
        var isChecked = reader.ReadBoolean();
        var saved = isChecked ? Fingerprint.FromBytes(reader.ReadSpan(Fingerprint.Length)) : default;
        var method = isChecked && MovedCode.Of(home, name, declaring, arguments, saved) is { } moved ? moved : null;
        if (method is null)
        {
            var definition = Named(home, name);
            // A lambda that captures something now, or nothing any more, stands in another class than before.
            if (isChecked && NeedsFingerprint(definition) && definition.DeclaringType != CompilerMade.Definition(declaring)) throw new CodeChangedException(name, saved, definition);
            method = Close(definition, name, declaring, arguments);
        }
        if (isChecked != NeedsFingerprint(method)) throw GraphErrors.Corrupt("a delegate comes without a description of its code");
        if (isChecked && !Fingerprints.Fits(method, saved)) throw new CodeChangedException(name, saved, method);
        if (reader.ReadByte() > Target || reader.Remaining != 0) throw GraphErrors.Corrupt("a delegate's description is wrong");
        return new(type, new DelegatePlan(), descriptor) { Method = method };
    }

    public override void WriteHeader(GraphWriter writer, object value)
    {
        var target = (Delegate)value;
        if (!target.HasSingleTarget)
        {
            var parts = target.GetInvocationList();
            writer.WriteUnsigned((uint)parts.Length);
            foreach (var part in parts) writer.WriteReference(part);
        }
        else if (target.Target is { } self && !IsEmptyClosure(self.GetType()))
        {
            writer.WriteReference(self);
        }
    }

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        if (type.Method is not { } method)
        {
            var parts = new Delegate[reader.ReadCount(1)];
            if (parts.Length < 2) throw GraphErrors.Corrupt("a multicast delegate has too few parts");
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = reader.ReadReference<Delegate>() ?? throw GraphErrors.Corrupt("a delegate has an empty part");
                if (parts[i].GetType() != type.Type) throw GraphErrors.Corrupt("a delegate has a part of another type");
            }
            return Delegate.Combine(parts)!;
        }
        switch (type.Descriptor[^1])
        {
            // A lambda that holds nothing is one object for the whole program; so it is in the code itself.
            case NoTarget:
                return _constant ??= Bind(type.Type, method, null);
            case EmptyClosure:
                if (!IsEmptyClosure(method.DeclaringType!)) throw GraphErrors.Corrupt("a delegate's target is no closure");
                return _constant ??= Bind(type.Type, method, RuntimeHelpers.GetUninitializedObject(method.DeclaringType!));
            default:
                var target = reader.ReadReference() ?? throw GraphErrors.Corrupt("a delegate has lost its target");
                if (!method.IsStatic && !method.DeclaringType!.IsInstanceOfType(target)) target = reader.StandInFor(target, method.DeclaringType) ?? throw GraphErrors.Migration($"A saved run is to call {Word(method)} on an object of type {GraphErrors.Word(target.GetType())}, which is no {GraphErrors.Word(method.DeclaringType)} any more.");
                if (_make is { } make) return make(target);
                var first = Bind(type.Type, method, target);
                // Only what reflection has found to fit is compiled; a static method's target is checked by reflection each time.
                if (CodeGeneration.IsAllowed && !method.IsStatic && !method.IsVirtual) _make = Maker(type.Type, method);
                return first;
        }
    }

    static Delegate Bind(Type type, MethodInfo method, object? target)
    {
        // The bytes held their checksum, so it is the method or the delegate's type that has changed.
        if (target is null && !method.IsStatic) throw GraphErrors.Migration($"The method {Word(method)} was static when the run was saved, and is not any more.");
        return Delegate.CreateDelegate(type, target, method, throwOnBindFailure: false)
            ?? throw GraphErrors.Migration($"The method {Word(method)} does not fit the delegate {GraphErrors.Word(type)} here, in which a saved run holds it: the one or the other takes or gives something else now{(target is not null && method.IsStatic ? ", or the method was not static" : "")}.");
    }

    /// <summary>What the compiler emits where code makes a delegate: several times faster than reflection.</summary>
    static Func<object?, Delegate> Maker(Type type, MethodInfo method)
    {
        var maker = new DynamicMethod("Make " + method.Name, typeof(Delegate), [typeof(object)], typeof(DelegatePlan).Module, skipVisibility: true);
        var il = maker.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldftn, method);
        il.Emit(OpCodes.Newobj, type.GetConstructor([typeof(object), typeof(nint)])!);
        il.Emit(OpCodes.Ret);
        return maker.CreateDelegate<Func<object?, Delegate>>();
    }

    /// <summary>A method in words: its class, its name and what it takes.</summary>
    static string Word(MethodInfo method) => CodeWords.Place(CompilerMade.WithoutPaths(CodeMap.Of(method.Module.Assembly).NameOf(method)));

    static MethodInfo Named(Assembly home, string name)
    {
        var map = CodeMap.Of(home);
        var definition = (map.DelegateTargetByName(name) ?? map.MethodByName(name)) as MethodInfo
            ?? throw GraphErrors.Gone(home, name, $"The method {CodeWords.Place(CompilerMade.WithoutPaths(name))} is gone from {home.GetName().Name}, but a saved run is to call it.");
        return map.IsDelegateTarget(definition) ? definition : throw GraphErrors.Corrupt($"{name} is no method whose address the code takes");
    }

    static MethodInfo Close(MethodInfo definition, string name, Type declaring, Type[] arguments)
    {
        var place = CodeWords.Place(CompilerMade.WithoutPaths(name));
        if (definition.GetGenericArguments().Length != arguments.Length) throw GraphErrors.Migration($"The method {place} has another number of type parameters now.");
        try
        {
            var method = declaring.IsConstructedGenericType
                ? (MethodInfo)MethodBase.GetMethodFromHandle(definition.MethodHandle, declaring.TypeHandle)!
                : definition;
            if (method.DeclaringType != declaring) throw GraphErrors.Corrupt("a delegate's method is of another type");
            return arguments.Length > 0 ? method.MakeGenericMethod(arguments) : method;
        }
        catch (ArgumentException)
        {
            throw GraphErrors.Migration($"The method {place} does not take its saved type arguments any more: {string.Join(", ", arguments.Select(GraphErrors.Word))}.");
        }
    }

    static Assembly? HomeOf(TypeCatalog catalog, MethodInfo method)
    {
        var definition = Definition(method);
        if (catalog.Allows(method.Module.Assembly) && CodeMap.Of(method.Module.Assembly).IsDelegateTarget(definition)) return method.Module.Assembly;
        return catalog.UserAssemblies.FirstOrDefault(assembly => CodeMap.Of(assembly).IsDelegateTarget(definition));
    }

    static MethodBase Definition(MethodInfo method) => method.Module.ResolveMethod(method.MetadataToken)!;

    /// <summary>Whether a delegate to the method carries the method's code, which has no name that a person gave it.</summary>
    public static bool NeedsFingerprint(MethodInfo method) => method.Name.StartsWith('<') && !KnownTypes.IsFramework(method.Module.Assembly);

    public static bool IsEmptyClosure(Type type) =>
        CompilerMade.IsLambdaHost(type) || (CompilerMade.IsClosure(type) && FieldSet.Of(type).Fields.Count == 0);
}
