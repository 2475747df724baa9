using System.Text;
using Holdfast.Agents.Json;
using Holdfast.Agents.Policies;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents;

/// <summary>
/// Stands between what a model proposes and what happens. It has a verdict for every sequence of bytes, never throws for one, and writes nothing down. Thread-safe.
/// </summary>
public sealed class Gate
{
    readonly int _bytesMax;
    readonly RuledTool[] _tools;
    readonly NameTable _names;

    /// <param name="tools">What may be called.</param>
    /// <param name="policies">What decides about calls. Without any every call is refused.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">Two tools have one name or differ in case only, two rules have one name, or a rule is about a tool that is not among them.</exception>
    /// <exception cref="GateFormatException">A rule that was read cannot be: it names a tool or a field that is not there, or compares what cannot be compared.</exception>
    public Gate(IEnumerable<Tool> tools, IEnumerable<Policy> policies, GateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tools);
        ArgumentNullException.ThrowIfNull(policies);
        Tools = [.. tools];
        if (Tools.GroupBy(static t => t.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static g => g.Count() > 1) is { } alike)
            throw new ArgumentException($"Two tools are named {string.Join(" and ", alike.Select(static t => $"'{t.Name}'"))}; a model could not tell them apart.", nameof(tools));
        var all = policies.SelectMany(policy => policy.For(Tools)).ToList();
        if (all.GroupBy(static r => r.Name).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two rules are named '{twice.Key}'; a record of verdicts could not tell them apart. Give each a name of its own.", nameof(policies));
        var rules = all.ToLookup(static r => r.Tool);
        if (rules.FirstOrDefault(group => !Tools.Contains(group.Key)) is { } stray)
            throw new ArgumentException($"The rule '{stray.First().Name}' is about a tool '{stray.Key.Name}' that is not among the gate's. A tool with a requirement more is another object: make the rules from that one.", nameof(policies));
        _bytesMax = (options ?? new()).BytesMax;
        _tools = [.. Tools.Select(tool => tool.WithRules(rules[tool]))];
        _names = new(Tools.Select(static t => t.Name));
    }

    /// <summary>What may be called.</summary>
    public IReadOnlyList<Tool> Tools { get; }

    /// <summary>Judges a call as one JSON text: <c>{"tool":"pay","arguments":{…}}</c>.</summary>
    /// <param name="call">The UTF-8 text.</param>
    /// <param name="repairsLeft">How often the model may still mend this proposal; with 0, what it could have mended is refused.</param>
    /// <param name="principal">On whose behalf it is proposed, for rules that ask; null for nobody's. It comes from code, never from the model.</param>
    public Verdict Decide(ReadOnlySpan<byte> call, int repairsLeft, string? principal = null)
    {
        try
        {
            var tape = JsonTape.Rent();
            if (Load(tape, call, "call", repairsLeft) is { } unreadable) return unreadable;
            if (CallShape.TryFind(tape, out var tool, out var arguments)) return Decide(tape, tape.TextOf(tool), arguments, repairsLeft, principal);
            tape.Return();
            return Verdict.Repair(GateStage.Parse, null, repairsLeft, CallShape.Text);
        }
        catch (Exception error)
        {
            return Broken(error);
        }
    }

    /// <summary>Judges a call whose tool stands beside the arguments, as providers of models send it.</summary>
    /// <param name="tool">The tool's name as the model gave it.</param>
    /// <param name="arguments">The UTF-8 text of the arguments.</param>
    /// <param name="repairsLeft">How often the model may still mend this proposal; with 0, what it could have mended is refused.</param>
    /// <param name="principal">On whose behalf it is proposed, for rules that ask; null for nobody's. It comes from code, never from the model.</param>
    public Verdict Decide(string? tool, ReadOnlySpan<byte> arguments, int repairsLeft, string? principal = null)
    {
        try
        {
            var tape = JsonTape.Rent();
            // What has a character too many is no tool's name, however long it is.
            var name = Encoding.UTF8.GetBytes(tool is null ? "" : tool.Length > Tool.NameLengthMax ? tool[..(Tool.NameLengthMax + 1)] : tool);
            return Load(tape, arguments, "text of the arguments", repairsLeft) ?? Decide(tape, name, 0, repairsLeft, principal);
        }
        catch (Exception error)
        {
            return Broken(error);
        }
    }

    /// <summary>Judges arguments that code has made, for tests of rules: through every stage, as if a model had sent them, and without repairs.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="principal">On whose behalf; null for nobody's.</param>
    /// <exception cref="ArgumentException">The arguments have no JSON form: something that may not be null is null, or an enum's value has no name.</exception>
    public Verdict Try<TArguments>(Tool<TArguments> tool, TArguments arguments, string? principal = null)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(arguments);
        return Decide(tool.Name, new Call(tool, arguments).CanonicalArguments(), 0, principal);
    }

    Verdict? Load(JsonTape tape, ReadOnlySpan<byte> text, string what, int repairsLeft)
    {
        if (text.Length > _bytesMax) return Verdict.Refuse(GateStage.Parse, null, $"The {what} has {text.Length} bytes; the gate reads up to {_bytesMax}.");
        var problem = tape.Load(text);
        if (problem.IsNone) return null;
        tape.Return();
        return Verdict.Repair(GateStage.Parse, null, repairsLeft, $"The {what} is not JSON that can be read: {problem}.");
    }

    Verdict Decide(JsonTape tape, ReadOnlySpan<byte> name, int arguments, int repairsLeft, string? principal)
    {
        var tool = _names.Find(name);
        if (tool >= 0) return _tools[tool].Decide(tape, arguments, repairsLeft, principal);
        var shown = JsonPointer.Shorten(name);
        tape.Return();
        return Verdict.Repair(GateStage.Parse, null, repairsLeft, $"There is no tool '{shown}'{NearNames.Of(shown, Tools.Select(static t => t.Name))}.");
    }

    /// <summary>A mistake in the gate itself must not let anything through, nor stop whoever asked.</summary>
    static Verdict Broken(Exception error) => Verdict.Refuse(GateStage.Parse, null, $"The gate itself failed with {error.GetType().Name}. Please file a bug.");
}
