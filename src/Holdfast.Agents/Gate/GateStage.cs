namespace Holdfast.Agents;

/// <summary>The stages of the gate, in the order in which a proposal goes through them. Later ones see only what the earlier ones let through.</summary>
public enum GateStage
{
    /// <summary>Is it JSON, not too large, and a call of a tool that there is?</summary>
    Parse = 1,

    /// <summary>Does it fit the schema of the tool's arguments?</summary>
    Schema = 2,

    /// <summary>Can the C# type hold it?</summary>
    Record = 3,

    /// <summary>Does it meet the tool's own requirements?</summary>
    Requirements = 4,

    /// <summary>Do the rules allow it?</summary>
    Policy = 5,

    /// <summary>Was the same thing done before?</summary>
    Idempotency = 6,

    /// <summary>Is it too often?</summary>
    Rate = 7,

    /// <summary>Is there enough left in the budget?</summary>
    Budget = 8,

    /// <summary>Has a person agreed to exactly this?</summary>
    Approval = 9,
}
