using Holdfast.Agents;

namespace Holdfast.Simulation.Flows;

/// <summary>What a tool is called with.</summary>
public sealed record Piece(int Value);

/// <summary>Tools of those kinds for which a crash in the middle matters, and the account that all runs of a world draw on.</summary>
static class Tools
{
    public static readonly Tool<Piece> ByKey = new("by_key", 1, "Recognises its key.");
    public static readonly Tool<Piece> ByAsking = new("by_asking", 1, "Can be asked.");
    public static readonly Tool<Piece> Once = new("once", 1, "Cannot be asked.");

    public static readonly Tool<Piece> Agreed = new("agreed", 1, "Recognises its key, and a person has to agree to it.");

    public static readonly AccountId Account = new("world");
    public static readonly Spending Limit = new() { Calls = 1_000_000 };

    static readonly Gate Gate = new([ByKey, ByAsking, Once, Agreed], [ByKey.Admit("by key", static _ => true), ByAsking.Admit("by asking", static _ => true), Once.Admit("once", static _ => true), Agreed.Approve("agreed", static _ => true)]);

    public static Toolbox Make(Desk desk, TimeProvider time, IServiceProvider services)
    {
        var options = new EffectOptions<Piece> { MayRepeat = true };
        return new(
            Gate,
            [
                ByKey.Idempotent((piece, call) => desk.ActAsync(call, piece.Value, repeats: true), options),
                Agreed.Idempotent((piece, call) => desk.ActAsync(call, piece.Value, repeats: true), options),
                ByAsking.Reconcilable((piece, call) => desk.ActAsync(call, piece.Value, repeats: false), (piece, call) => desk.AskAsync(call, piece.Value), options),
                Once.AtMostOnce((piece, call) => desk.ActAsync(call, piece.Value, repeats: false), options),
            ], services, new() { TimeProvider = time });
    }
}
