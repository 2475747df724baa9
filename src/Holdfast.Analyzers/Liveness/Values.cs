using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>Judges values by the expression that makes them: the same type may hold what can be saved and what cannot.</summary>
sealed class Values(TypeJudge types, Variables variables)
{
    public Unsavable? OfType(int variable) => types.Find(variables.TypeOf(variable));

    /// <summary>What the variable holds after it was assigned this value.</summary>
    public Value Assigned(int variable, IOperation value)
    {
        var judged = Judge(value, out var isKnown);
        return isKnown ? judged : new(judged.Reason ?? OfType(variable), -1);
    }

    /// <summary>What the variable of a pattern holds, which gives the matched value another name.</summary>
    public Value Matched(int variable, IOperation value)
    {
        var origin = value;
        while (origin is IFlowCaptureReferenceOperation temporary && variables.OriginOf(variables[temporary.Id]) is { } first) origin = first;
        var judged = Judge(origin, out var isKnown);
        if (isKnown && judged is { Reason: null, CopyOf: < 0 }) return judged;
        // The type that the pattern names says more than that of the value does.
        return types.Find(value.Type) is null && OfType(variable) is { } narrow ? new(narrow, -1) : Assigned(variable, value);
    }

    public Value Judge(IOperation value) => Judge(value, out _);

    /// <param name="value">The expression.</param>
    /// <param name="isKnown">Whether the answer holds whatever the type of the variable that takes it.</param>
    Value Judge(IOperation value, out bool isKnown)
    {
        isKnown = true;
        while (true)
        {
            if (IsNothing(value) || IsInjected(value)) return Value.Fine;
            switch (value)
            {
                case IConversionOperation { Conversion.IsUserDefined: false } conversion:
                    // A cast down says more than the operand does.
                    if (types.Find(conversion.Type) is { } cast && types.Find(conversion.Operand.Type) is null && !IsNothing(conversion.Operand)) return new(cast, -1);
                    value = conversion.Operand;
                    continue;
                case IParenthesizedOperation inner: value = inner.Operand; continue;
                case IArgumentOperation argument: value = argument.Value; continue;
                case ITranslatedQueryOperation query: value = query.Operation; continue;
                case ILocalReferenceOperation local: return new(null, variables[local.Local]);
                case IParameterReferenceOperation parameter when Captures.IsVariable(parameter.Parameter): return new(null, variables[parameter.Parameter]);
                case IFlowCaptureReferenceOperation temporary: return new(null, variables[temporary.Id]);
                // The enumerator of a foreach: as savable as what it runs over, unless its own type says that it is.
                case IInvocationOperation { TargetMethod: { Name: "GetEnumerator", Parameters.IsEmpty: true }, Instance: { } sequence } when types.Find(value.Type) is null && !FrameworkTypes.IsSavable(value.Type):
                    value = sequence;
                    continue;
            }
            if (IsLazy(value)) return new(new(value.Type!, UnsavableTypes.ToList), -1);
            var reason = types.Find(value.Type);
            isKnown = reason is not null;
            return new(reason, -1);
        }
    }

    /// <summary>Null and default hold nothing that would have to be saved.</summary>
    public static bool IsNothing(IOperation value) => value switch
    {
        { ConstantValue: { HasValue: true, Value: null } } => true,
        IDefaultValueOperation => true,
        IObjectCreationOperation { Type.IsValueType: true, Arguments.IsEmpty: true } => true,
        IConversionOperation { Conversion.IsUserDefined: false } conversion => IsNothing(conversion.Operand),
        IPropertyReferenceOperation { Property: { Name: "None", ContainingType: { Name: "CancellationToken" } } } => true,
        _ => false,
    };

    /// <summary>What the constructor was given is saved as injected, wherever it is found.</summary>
    static bool IsInjected(IOperation value) => value switch
    {
        IInstanceReferenceOperation => true,
        IParameterReferenceOperation parameter => !Captures.IsVariable(parameter.Parameter),
        IFieldReferenceOperation { Field.IsReadOnly: true, Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } } => true,
        IPropertyReferenceOperation { Property.SetMethod: null, Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } } => true,
        _ => false,
    };

    /// <summary>A call of the framework that gives a sequence which is computed while it is read.</summary>
    public static bool IsLazy(IOperation value) =>
        value is IInvocationOperation { TargetMethod: { ReturnType.TypeKind: TypeKind.Interface } method }
        && (method.ContainingType, method.Name) switch
        {
            ({ Name: "Enumerable", ContainingNamespace: { Name: "Linq", ContainingNamespace.Name: "System" } }, var name) =>
                name is not ("AsEnumerable" or "Empty") && method.ReturnType.Name is "IEnumerable" or "IOrderedEnumerable",
            ({ Name: "File" or "Directory", ContainingNamespace: { Name: "IO", ContainingNamespace.Name: "System" } }, _) => method.ReturnType.Name == "IEnumerable",
            _ => false,
        };
}
