namespace Holdfast.Agents;

/// <summary>An amount of each thing that a budget counts. Null: of a limit, that there is none; of what was used, that nobody knows.</summary>
public sealed record Spending
{
    /// <summary>How many millionths of a unit of money are counted as one.</summary>
    const decimal Micro = 1_000_000;

    /// <summary>Tokens of models, in and out.</summary>
    public long? Tokens { get; init; }

    /// <summary>Money, in the one currency of the deployment. Counted in millionths; less is rounded up.</summary>
    public decimal? Money { get; init; }

    /// <summary>Calls of tools.</summary>
    public long? Calls { get; init; }

    /// <summary>Time during which models and tools worked, added up.</summary>
    public TimeSpan? Time { get; init; }

    internal long? this[BudgetUnit unit] => unit switch
    {
        BudgetUnit.Tokens => Tokens,
        BudgetUnit.MicroMoney => Money is { } money ? (long)decimal.Ceiling(money * Micro) : null,
        BudgetUnit.Calls => Calls,
        _ => Time is { } time ? (long)Math.Ceiling(time.TotalMilliseconds) : null,
    };

    internal static Spending Of(Func<BudgetUnit, long?> amount) => new()
    {
        Tokens = amount(BudgetUnit.Tokens),
        Money = amount(BudgetUnit.MicroMoney) / Micro,
        Calls = amount(BudgetUnit.Calls),
        Time = amount(BudgetUnit.Milliseconds) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
    };
}

/// <summary>What the ledger counts. The numbers are in the file.</summary>
enum BudgetUnit
{
    Tokens = 1,
    MicroMoney = 2,
    Calls = 3,
    Milliseconds = 4,
}
