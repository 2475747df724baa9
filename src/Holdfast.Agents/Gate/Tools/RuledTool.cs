using Holdfast.Agents.Json;
using Holdfast.Agents.Policies;
using Holdfast.Agents.Records;

namespace Holdfast.Agents;

/// <summary>A tool with all that a gate knows about it.</summary>
abstract class RuledTool(Tool tool)
{
    public Tool Tool => tool;

    /// <summary>Takes arguments that are JSON through the stages. The tape is given back before code of the user's decides.</summary>
    public abstract Verdict Decide(JsonTape tape, int arguments, int repairsLeft, string? principal);
}

/// <inheritdoc/>
sealed class RuledTool<TArguments>(Tool<TArguments> tool, Converter<TArguments> converter, Requirement<TArguments>[] requirements, Rule<TArguments>[] rules) : RuledTool(tool)
    where TArguments : notnull
{
    readonly Verdict _noRule = Verdict.Refuse(GateStage.Policy, null, $"No rule is about this call of {tool.Name}, and what no rule admits is refused.");

    public override Verdict Decide(JsonTape tape, int arguments, int repairsLeft, string? principal)
    {
        tape.Origin = arguments;
        Tool.Plan.Schema.Check(tape, arguments);
        if (tape.Flaws.Count > 0) return Mend(tape, GateStage.Schema, repairsLeft);
        TArguments record;
        try
        {
            record = converter.Read(tape, arguments);
            if (Tool.Plan.MayMisfit && tape.Flaws.Count == 0) OwnSchema.Check(tape, Tool.Plan, record);
        }
        catch (Exception error)
        {
            return Verdict.Refuse(GateStage.Record, null, $"Making the arguments of {Tool.Name} threw {error.GetType().Name}.");
        }
        if (tape.Flaws.Count > 0) return Mend(tape, GateStage.Record, repairsLeft);
        tape.Return();
        return Require(record, repairsLeft) ?? Rule(record, principal);
    }

    Verdict Mend(JsonTape tape, GateStage stage, int repairsLeft)
    {
        var flaws = tape.Flaws.ToArray();
        tape.Return();
        return Verdict.Repair(stage, null, repairsLeft, $"The arguments of {Tool.Name} are not what they must be:", flaws);
    }

    /// <summary>Asks every requirement, so that a model can mend all at once.</summary>
    Verdict? Require(TArguments record, int repairsLeft)
    {
        List<Flaw>? flaws = null;
        string? first = null;
        foreach (var requirement in requirements)
        {
            try
            {
                if (requirement.Holds(record)) continue;
            }
            catch (Exception error)
            {
                return Verdict.Refuse(GateStage.Requirements, requirement.Name, $"The requirement '{requirement.Name}' of {Tool.Name} threw {error.GetType().Name}.");
            }
            first ??= requirement.Name;
            (flaws ??= []).Add(requirement.Flaw);
        }
        return flaws is null ? null : Verdict.Repair(GateStage.Requirements, first, repairsLeft, $"The arguments of {Tool.Name} do not meet what it requires:", flaws);
    }

    Verdict Rule(TArguments record, string? principal)
    {
        foreach (var rule in rules)
        {
            try
            {
                if (!rule.When(record, principal)) continue;
            }
            catch (Exception error)
            {
                return Verdict.Refuse(GateStage.Policy, rule.Name, $"The rule '{rule.Name}' threw {error.GetType().Name}.");
            }
            return rule.Effect switch
            {
                RuleEffect.Admit => Verdict.Admit(GateStage.Policy, rule.Name, new(Tool, record)),
                RuleEffect.Approve => Verdict.NeedsApproval(GateStage.Policy, rule.Name, new(Tool, record)),
                RuleEffect.Park => Verdict.Park(GateStage.Policy, rule.Name, $"The rule '{rule.Name}' parks this call of {Tool.Name}."),
                _ => Verdict.Refuse(GateStage.Policy, rule.Name, $"The rule '{rule.Name}' refuses this call of {Tool.Name}."),
            };
        }
        return _noRule;
    }
}
