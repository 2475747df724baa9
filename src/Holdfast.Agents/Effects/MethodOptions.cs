using System.Reflection;
using System.Text;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents;

/// <summary>The settings of a tool that is a method, from its attributes. All that they name is looked up before anything runs.</summary>
static class MethodOptions
{
    /// <exception cref="ArgumentException">They contradict each other, or name what is not there.</exception>
    public static EffectOptions<MethodArguments> Of(string where, Type type, MethodInfo method, IReadOnlyList<ParameterInfo> parameters, TypePlan plan, ToolAttribute marked)
    {
        if (marked.TimeoutSeconds < 1) throw new ArgumentException($"{where} may take {marked.TimeoutSeconds} seconds; a try takes longer than nothing.");
        if (marked.Kind <= EffectKind.ReadOnly && (marked.Identity is not null || marked.MayRepeat)) throw new ArgumentException($"{where} is {marked.Kind}: it may be called as often as wanted, and has neither Identity nor MayRepeat.");
        if (marked is { Identity: not null, MayRepeat: true }) throw new ArgumentException($"{where} names with Identity what it does once, and says with MayRepeat that it may do it twice.");
        var rates = method.GetCustomAttributes<ToolRateAttribute>().Select(static a => a.Rate).ToList();
        if (rates.Find(static r => r.Problem is not null) is { } rate) throw new ArgumentException($"{where} has by [ToolRate] {rate.Problem}");
        return new()
        {
            Timeout = TimeSpan.FromSeconds(marked.TimeoutSeconds),
            Identity = marked.Identity is { } name ? Identity(where, name, parameters, plan) : null,
            MayRepeat = marked.MayRepeat,
            CostMax = marked.CostMax is { } cost ? Cost(where, cost, type, parameters) : null,
            Rates = rates,
        };
    }

    /// <summary>What an argument is, and not how it was written: 4711.0 is 4711, and a moment is the same by every clock. The parameter's name is not in it, so that it may be renamed.</summary>
    static Func<MethodArguments, string> Identity(string where, string name, IReadOnlyList<ParameterInfo> parameters, TypePlan plan)
    {
        var at = parameters.ToList().FindIndex(p => p.Name == name);
        if (at < 0) throw new ArgumentException($"{where} names with Identity the parameter '{name}', and has {string.Join(", ", parameters.Select(static p => p.Name))}.");
        return arguments =>
        {
            var writer = new CanonicalWriter { MomentsAreUtc = true };
            plan.Properties[at].Plan.Converter.WriteObject(writer, arguments.Values[at]);
            return Encoding.UTF8.GetString(writer.ToArray());
        };
    }

    static Func<MethodArguments, Spending> Cost(string where, string name, Type type, IReadOnlyList<ParameterInfo> parameters)
    {
        // The very same types: reflection alone would also take wider ones.
        var cost = type.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .FirstOrDefault(m => m.Name == name && m.GetParameters().Select(static p => p.ParameterType).SequenceEqual(parameters.Select(static p => p.ParameterType)));
        if (cost is null || !typeof(Spending).IsAssignableFrom(cost.ReturnType))
            throw new ArgumentException($"{where} is to cost at most what '{name}' says, and there is no public static method of that name with the parameters {string.Join(", ", parameters.Select(static p => p.Name))} that returns a {nameof(Spending)}.");
        return arguments => (Spending)cost.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments.Values, null)!;
    }
}
