using System.Globalization;

namespace Holdfast.Agents;

/// <summary>An amount of each thing that a budget counts. Null: of a limit, that there is none; of what was used, that nobody knows.</summary>
public sealed record Spending
{
    /// <summary>How many millionths of a unit of money are counted as one.</summary>
    const decimal Micro = 1_000_000;

    /// <summary>The most of each unit that is counted at once, so that the sum of thousands is exact: of money, a thousand million.</summary>
    internal const long CountedMax = 1_000_000_000_000_000;

    /// <summary>The same in money.</summary>
    internal const decimal MoneyMax = CountedMax / Micro;

    /// <summary>Tokens of models, in and out.</summary>
    public long? Tokens { get; init; }

    /// <summary>Money, in the one currency of the deployment. Counted in millionths; less is rounded up. No call costs more than 1,000,000,000, and no account counts more than 4,000,000,000,000.</summary>
    public decimal? Money { get; init; }

    /// <summary>Calls of tools.</summary>
    public long? Calls { get; init; }

    /// <summary>Time during which models and tools worked, added up.</summary>
    public TimeSpan? Time { get; init; }

    internal long? this[BudgetUnit unit] => unit switch
    {
        BudgetUnit.Tokens => Counted(Tokens),
        // More than the ledger can count is more than any account has.
        BudgetUnit.MicroMoney => Counted(Money is { } money ? money >= long.MaxValue / Micro ? long.MaxValue : (long)decimal.Ceiling(money * Micro) : null),
        BudgetUnit.Calls => Counted(Calls),
        _ => Counted(Time is { } time ? (long)Math.Ceiling(time.TotalMilliseconds) : null),
    };

    /// <exception cref="ArgumentOutOfRangeException">One of them cannot be counted.</exception>
    internal void Check()
    {
        foreach (var unit in Enum.GetValues<BudgetUnit>())
            if (this[unit] is > CountedMax and var much) throw new ArgumentOutOfRangeException(nameof(unit), much, TooMuch(unit));
    }

    internal static string TooMuch(BudgetUnit unit) => string.Create(
        CultureInfo.InvariantCulture, $"More {NameOf(unit)} than {(unit == BudgetUnit.MicroMoney ? CountedMax / (long)Micro : CountedMax):N0} cannot be counted at once.");

    internal static string NameOf(BudgetUnit unit) => unit switch { BudgetUnit.Tokens => "tokens", BudgetUnit.MicroMoney => "money", BudgetUnit.Calls => "calls", _ => "time" };

    /// <exception cref="ArgumentOutOfRangeException">It is less than nothing: that would give money back that was never taken.</exception>
    static long? Counted(long? amount) => amount is null or >= 0 ? amount : throw new ArgumentOutOfRangeException(nameof(amount), amount, "An amount cannot be less than nothing.");

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
