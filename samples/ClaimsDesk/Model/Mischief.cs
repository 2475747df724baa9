using Claims;

namespace ClaimsDesk;

/// <summary>What a model does wrong in its work on a claim.</summary>
enum Mischief { None, TenTimes, AnotherClaim, UnknownTool, BrokenJson, Twice }

/// <summary>By seed: the same claim meets the same model in every run.</summary>
static class Mischiefs
{
    public static Mischief For(int seed, int claim) => Lot.Draw(100, seed, claim, 'm') switch
    {
        < 8 => Mischief.TenTimes,
        < 16 => Mischief.AnotherClaim,
        < 22 => Mischief.UnknownTool,
        < 28 => Mischief.BrokenJson,
        < 36 => Mischief.Twice,
        _ => Mischief.None,
    };
}
