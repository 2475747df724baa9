using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>Collects what one function keeps and cannot save; reports each variable once, at the first place.</summary>
sealed class Findings(Variables variables, Action<Diagnostic> report)
{
    static readonly ImmutableDictionary<string, string?> Query = ImmutableDictionary<string, string?>.Empty.Add(Diagnostics.IsQuery, null);

    readonly Dictionary<int, (Event At, Unsavable Reason, string? SharedWith)> _variables = [];
    readonly List<(Event At, IOperation Value, Unsavable Reason)> _values = [];

    /// <param name="variable">What is kept and cannot be saved.</param>
    /// <param name="at">Where.</param>
    /// <param name="reason">Why it cannot.</param>
    /// <param name="sharedWith">The variable that is needed, if this one is only in the same closure; empty where it is the closure alone.</param>
    public void Variable(int variable, Event at, Unsavable reason, string? sharedWith)
    {
        if (!_variables.TryGetValue(variable, out var first) || Start(at) < Start(first.At)) _variables[variable] = (at, reason, sharedWith);
    }

    /// <summary>A value without a variable, computed before the await and used after it.</summary>
    public void Expression(IOperation value, Event at, Unsavable reason) => _values.Add((at, value, reason));

    public void Report()
    {
        foreach (var found in _variables.OrderBy(f => Start(f.Value.At)).ThenBy(f => f.Key))
        {
            var (variable, (at, reason, sharedWith)) = (found.Key, found.Value);
            if (variables.SymbolOf(variable) is { } symbol)
            {
                var hint = reason.HintFor(symbol.Name);
                if (sharedWith is not null) hint = After("Put it into a method of its own, with the lambdas that use it", hint);
                Report(at, $"The {(symbol is IParameterSymbol ? "parameter" : "variable")} '{symbol.Name}'", reason, hint, symbol.Locations, sharedWith);
            }
            else if (variables.OriginOf(variable) is { } origin && !IsSameAsVariable(origin, at))
                Report(at, Named(origin), reason, reason.HintFor(null), [origin.Syntax.GetLocation()]);
        }
        foreach (var (at, value, reason) in _values)
            Report(at, Named(value), reason, After("Await into a variable of its own first", reason.HintFor(null)), [value.Syntax.GetLocation()]);
    }

    static string After(string first, string hint) => $"{first}; {char.ToLowerInvariant(hint[0])}{hint.Substring(1)}";

    void Report(Event at, string name, Unsavable reason, string hint, IEnumerable<Location> declared, string? sharedWith = null)
    {
        var syntax = at.Operation.Syntax;
        var (place, location) = syntax switch
        {
            CommonForEachStatementSyntax loop => ("await foreach", loop.ForEachKeyword.GetLocation()),
            UsingStatementSyntax block => ("await using", block.UsingKeyword.GetLocation()),
            _ => (Describe.Text(syntax), syntax.GetLocation()),
        };
        var (rule, what) = at.Deed == Deed.Intent ? (Diagnostics.StepCaptures, $"is captured by the step '{place}'") : (Diagnostics.NotSavable, $"is still needed after '{place}'");
        if (sharedWith is not null) what = $"lies in {(sharedWith.Length > 0 ? $"one closure with '{sharedWith}'" : "a closure")}, because a lambda captures it too, and that {what}";
        report(Diagnostic.Create(
            rule, location, declared, reason.Hint == UnsavableTypes.ToList ? Query : ImmutableDictionary<string, string?>.Empty, name, Describe.Type(reason.Type), $"{what} on line {Describe.Line(syntax)}", hint));
    }

    /// <summary>Whether the temporary only repeats a variable that is reported by itself.</summary>
    bool IsSameAsVariable(IOperation origin, Event at)
    {
        while (origin is IConversionOperation conversion) origin = conversion.Operand;
        ISymbol? symbol = origin switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
        return symbol is not null && _variables.TryGetValue(variables[symbol], out var found) && Start(found.At) <= Start(at);
    }

    static string Named(IOperation value)
    {
        while (value is IConversionOperation { IsImplicit: true } or IArgumentOperation)
            value = value is IConversionOperation conversion ? conversion.Operand : ((IArgumentOperation)value).Value;
        if (value is IInvocationOperation { TargetMethod.Name: "GetEnumerator", IsImplicit: true }) return $"The sequence '{Describe.Text(value.Syntax)}'";
        return value is ILocalReferenceOperation or IParameterReferenceOperation
            ? $"The variable '{value.Syntax}'"
            : $"The value of '{Describe.Text(value.Syntax)}'";
    }

    static int Start(Event at) => at.Operation.Syntax.SpanStart;
}
