namespace Claims;

enum Fault { None, Unavailable, AppliedThenDropped }

/// <summary>Decides by seed which requests go wrong, and how. The same row meets the same faults in every run with the same seed.</summary>
/// <param name="PerMille">How many of a thousand requests meet each of the two faults.</param>
sealed record FaultScript(int Seed, int PerMille = 40)
{
    // A payment that fails for ever would prove nothing.
    const int FaultyRequestsMax = 3;

    /// <param name="row">Whose payment.</param>
    /// <param name="kind">Notifications meet no scripted fault: they are made at most once, so a refused one would just be lost. Theirs is the kill.</param>
    /// <param name="request">The how-manieth request for this payment, from 1.</param>
    public Fault For(int row, string kind, int request)
    {
        if (kind != ProviderLine.Payment || request > FaultyRequestsMax) return Fault.None;
        var lot = Lot.Draw(1000, Seed, row, request);
        return lot < PerMille ? Fault.Unavailable : lot < 2 * PerMille ? Fault.AppliedThenDropped : Fault.None;
    }
}
