using System.Text;
using Holdfast.Agents.Conversation;
using Holdfast.Agents.Json;

namespace Holdfast.Agents;

/// <summary>A call of which nobody knows whether it happened.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Key">Its key, by which the outside world may know it.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">The arguments in their canonical form.</param>
/// <param name="Why">What is known.</param>
/// <param name="Try">Which try is in doubt. A ruling is about this one and no other.</param>
public sealed record CallInDoubt(long Number, string Key, string Tool, string Arguments, string Why, int Try);

/// <summary>What somebody has found out about a <see cref="CallInDoubt"/>.</summary>
/// <param name="Kind">What is to become of it.</param>
/// <param name="By">Who decides, in 1 to 1,000 characters.</param>
/// <param name="Json">Its result as JSON, if it happened; for the model. At most 100,000 characters.</param>
/// <exception cref="ArgumentException">One of the texts is not what it must be: it would end the agent when it is told to its model.</exception>
public sealed record CallRuling(CallRulingKind Kind, string By, string Json = "null")
{
    const int ByMax = 1_000;
    const int JsonMax = 100_000;

    /// <summary>Who decides.</summary>
    public string By { get; init => field = CheckedBy(value); } = CheckedBy(By);

    /// <summary>Its result as JSON, if it happened.</summary>
    public string Json { get; init => field = CheckedJson(value); } = CheckedJson(Json);

    /// <summary>What it has cost, if it happened. Null, and null for one of the units: nobody knows, and what was reserved counts as spent.</summary>
    public Spending? Cost { get; init; }

    static string CheckedBy(string by)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by, nameof(by));
        return by.Length <= ByMax && Words.Mended(by) == by ? by : throw new ArgumentException($"Who decides is named in at most {ByMax:N0} characters, all of them whole.", nameof(by));
    }

    static string CheckedJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json, nameof(json));
        if (json.Length > JsonMax) throw new ArgumentException($"The result has {json.Length:N0} characters, and may have {JsonMax:N0}. Say what the model has to know of it.", nameof(json));
        var tape = JsonTape.Rent();
        var problem = tape.Load(Encoding.UTF8.GetBytes(json));
        tape.Return();
        if (!problem.IsNone || Words.Mended(json) != json) throw new ArgumentException($"The result is not JSON that can be read{(problem.IsNone ? ": it has half of a surrogate pair" : $": {problem}")}.", nameof(json));
        return json;
    }
}

/// <summary>The ways out of doubt.</summary>
public enum CallRulingKind
{
    /// <summary>It happened.</summary>
    Happened = 1,

    /// <summary>It did not happen, and will not.</summary>
    DidNotHappen = 2,

    /// <summary>It did not happen, and is to be tried again.</summary>
    Retry = 3,
}
