using System.Text.Json.Serialization;

namespace Claims;

/// <summary>How badly the aircraft was hurt; the only four codes that the claims desk knows.</summary>
enum Damage { None, Minor, Medium, Substantial }

/// <summary>One valid claim: a record of the strike database, typed.</summary>
/// <param name="Row">The record's number in the file, from 1.</param>
/// <param name="SpeedKnots">Null where the report left it out: that is a fact, not an error.</param>
sealed record Claim(
    int Row,
    string Airport,
    string Aircraft,
    Damage Damage,
    DateOnly FlightDate,
    string Operator,
    string OriginState,
    string FlightPhase,
    string WildlifeSize,
    string WildlifeSpecies,
    string TimeOfDay,
    long CostOtherDollars,
    long CostRepairDollars,
    long CostTotalDollars,
    int? SpeedKnots)
{
    /// <summary>What is paid for a claim without costs: the work of filing it.</summary>
    public const long HandlingFeeDollars = 25;

    /// <summary>Above this, a person decides.</summary>
    public const long AdjusterAboveDollars = 10_000;

    [JsonIgnore]
    public bool NeedsAdjuster => CostTotalDollars > AdjusterAboveDollars;

    [JsonIgnore]
    public long PaymentDollars => CostTotalDollars == 0 ? HandlingFeeDollars : CostTotalDollars;
}

/// <summary>A row that no claim was made of, with the rule that it broke. Kept for people; never dropped.</summary>
sealed record QuarantinedRow(int Row, string Rule, string Detail);
