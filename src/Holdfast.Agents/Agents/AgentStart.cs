namespace Holdfast.Agents;

/// <summary>With what an agent begins.</summary>
public sealed record AgentStart
{
    /// <summary>The one thing that it is asked: it ends with the answer. Null: it waits for mail until it is told to end.</summary>
    public string? Question { get; init; }

    /// <summary>Who asks; null for nobody in particular.</summary>
    public string? From { get; init; }

    /// <summary>What it may spend. Default: as much as the account that it draws on has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than nothing, or more than can be counted.</exception>
    public Spending Budget
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Check();
            field = value;
        }
    } = new();

    /// <summary>The account that it draws on besides its own, as its parent's; null for none. It must be open.</summary>
    /// <exception cref="ArgumentException">It has no name.</exception>
    public AccountId? Account
    {
        get;
        init => field = value?.Named();
    }

    /// <summary>On whose behalf it acts, for rates and for rules that ask; null for nobody's.</summary>
    public string? Principal { get; init; }

    /// <summary>Asks one thing.</summary>
    public static AgentStart Ask(string question, Spending? budget = null, AccountId? account = null)
    {
        // Without one it would wait for mail, for ever.
        ArgumentNullException.ThrowIfNull(question);
        return new() { Question = question, Budget = budget ?? new(), Account = account };
    }
}
