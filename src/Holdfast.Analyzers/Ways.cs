using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>The ways on which the code of one member reaches an object: from a variable or the workflow's own member, and from whatever that variable is only another name of.</summary>
/// <param name="member">All of its code.</param>
sealed class Ways(IOperation member)
{
    const string Element = "[]";

    Dictionary<ISymbol, IOperation>? _names;

    public IOperation Member => member;

    /// <summary>The variables that are never anything but another name, with what they name.</summary>
    Dictionary<ISymbol, IOperation> Names => _names ??= FindNames();

    /// <summary>
    /// The references that ways to the value begin with, nearest first, each with the names of the members from there, every one with a dot behind it.
    /// </summary>
    public IEnumerable<(IOperation Root, string Path)> To(IOperation value)
    {
        for (var way = From(value, ""); way is var (root, path); way = Before(root, path)) yield return (root, path);
    }

    // What a name stands for is written before it is used; broken code may name a variable by itself.
    (IOperation Root, string Path)? Before(IOperation root, string path) =>
        root is ILocalReferenceOperation local && Names.TryGetValue(local.Local, out var named) && named.Syntax.SpanStart < root.Syntax.SpanStart ? From(named, path) : null;

    /// <summary>What the reference is a part of, if that is only given another name; otherwise null.</summary>
    public IOperation? NamedAt(IOperation reference)
    {
        var whole = reference;
        while (whole.Parent is IConversionOperation || (whole.Parent is IMemberReferenceOperation part && part.Instance == whole)) whole = whole.Parent;
        return whole.Parent is IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } && Names.ContainsKey(declarator.Symbol) ? whole : null;
    }

    Dictionary<ISymbol, IOperation> FindNames()
    {
        var names = new Dictionary<ISymbol, IOperation>(SymbolEqualityComparer.Default);
        var assigned = member.Descendants().Where(IsAssigned).ToList();
        foreach (var operation in member.Descendants())
        {
            if (operation is not IVariableDeclaratorOperation { Symbol: { IsRef: false, Type: { IsReferenceType: true, SpecialType: not SpecialType.System_String, TypeKind: not TypeKind.Delegate } } local, Initializer.Value: { } value }
                || From(value, "") is not var (root, path)) continue;
            // One of many elements says nothing of the others.
            if (path.Contains(Element) || assigned.Exists(a => IsSame(Referred(a), local))) continue;
            // Where the way itself may lead elsewhere by then, the variable holds an object of its own.
            var function = FunctionAround(operation);
            if (!assigned.Exists(a => (IsSame(Referred(a), Referred(root)) || IsOn(path, a)) && IsIn(a, function))) names[local] = value;
        }
        return names;
    }

    static bool IsOn(string path, IOperation assigned) => assigned is IMemberReferenceOperation { Member.Name: var name } && path.Split('.').Contains(name);

    static bool IsAssigned(IOperation operation)
    {
        var target = operation;
        while (target.Parent is ITupleOperation tuple) target = tuple;
        return target.Parent switch
        {
            IAssignmentOperation assignment => assignment.Target == target,
            IIncrementOrDecrementOperation => true,
            IArgumentOperation argument => argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out,
            _ => false,
        };
    }

    IOperation FunctionAround(IOperation operation)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
            if (parent is IAnonymousFunctionOperation or ILocalFunctionOperation) return parent;
        return member;
    }

    static (IOperation Root, string Path)? From(IOperation part, string path)
    {
        while (true)
            switch (part)
            {
                case IConversionOperation { Conversion.IsUserDefined: false } conversion: part = conversion.Operand; break;
                case IArrayElementReferenceOperation element: (part, path) = (element.ArrayReference, $"{Element}.{path}"); break;
                case IConditionalAccessInstanceOperation:
                    IOperation? access = part;
                    while (access is not null && (access is not IConditionalAccessOperation conditional || !IsIn(part, conditional.WhenNotNull))) access = access.Parent;
                    if (access is not IConditionalAccessOperation found) return null;
                    part = found.Operation;
                    break;
                case IFieldReferenceOperation or IPropertyReferenceOperation when part is IMemberReferenceOperation { Instance: { } instance } reference:
                    if (instance is IInstanceReferenceOperation) return (part, path);
                    (part, path) = (instance, $"{(reference.Member is IPropertySymbol { IsIndexer: true } ? Element : reference.Member.Name)}.{path}");
                    break;
                case ILocalReferenceOperation or IParameterReferenceOperation: return (part, path);
                default: return null;
            }
    }

    /// <summary>The variable or the member of the object itself that a reference refers to.</summary>
    public static ISymbol? Referred(IOperation reference) => reference switch
    {
        ILocalReferenceOperation { IsDeclaration: false } local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IMemberReferenceOperation { Instance: IInstanceReferenceOperation } own => own.Member,
        _ => null,
    };

    static bool IsSame(ISymbol? left, ISymbol? right) => left is not null && SymbolEqualityComparer.Default.Equals(left, right);

    public static bool IsIn(IOperation inner, IOperation outer)
    {
        for (var parent = inner; parent is not null; parent = parent.Parent)
            if (parent == outer) return true;
        return false;
    }
}
