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

    // The same kinds by handlers that the run itself calls, and one that only looks.
    public static readonly Tool<Piece> HandledByKey = new("handled_by_key", 1, "Its handler recognises its key.");
    public static readonly Tool<Piece> HandledOnce = new("handled_once", 1, "Its handler cannot be asked.");
    public static readonly Tool<Piece> Looked = new("looked", 1, "Its handler looks, and changes nothing.");

    public static readonly AccountId Account = new("world");
    public static readonly Spending Limit = new() { Calls = 1_000_000 };

    static readonly Gate Gate = new(
        [ByKey, ByAsking, Once, Agreed, HandledByKey, HandledOnce, Looked],
        [
            ByKey.Admit("by key", static _ => true), ByAsking.Admit("by asking", static _ => true), Once.Admit("once", static _ => true), Agreed.Approve("agreed", static _ => true),
            HandledByKey.Admit("handled by key", static _ => true), HandledOnce.Admit("handled once", static _ => true), Looked.Admit("looked", static _ => true),
        ]);

    public static Toolbox Make(Desk desk, TimeProvider time, IServiceProvider services)
    {
        var options = new EffectOptions<Piece> { MayRepeat = true };
        // What they have done is remembered, also when its run is gone.
        var remembered = new EffectOptions<Piece>();
        return new(
            Gate,
            [
                ByKey.Idempotent((piece, call) => desk.ActAsync(call.IdempotencyKey, piece.Value, repeats: true), options),
                Agreed.Idempotent((piece, call) => desk.ActAsync(call.IdempotencyKey, piece.Value, repeats: true), options),
                ByAsking.Reconcilable((piece, call) => desk.ActAsync(call.IdempotencyKey, piece.Value, repeats: false), (piece, call) => desk.AskAsync(call, piece.Value), options),
                Once.AtMostOnce((piece, call) => desk.ActAsync(call.IdempotencyKey, piece.Value, repeats: false), options),
                HandledByKey.Calls(EffectKind.Idempotent, HandledByKey.Name, remembered), HandledOnce.Calls(EffectKind.AtMostOnce, HandledOnce.Name, remembered), Looked.Calls(EffectKind.ReadOnly, Looked.Name, options),
            ], services, new() { TimeProvider = time });
    }

    public static void AddHandlers(HoldfastBuilder builder, Desk desk) => builder
        .AddStep<Piece, long>(HandledByKey.Name, (piece, step) => desk.HandleAsync(step, piece.Value, EffectKind.Idempotent))
        .AddStep<Piece, long>(HandledOnce.Name, (piece, step) => desk.HandleAsync(step, piece.Value, EffectKind.AtMostOnce))
        .AddStep<Piece, long>(Looked.Name, (piece, step) => desk.HandleAsync(step, piece.Value, EffectKind.ReadOnly));
}
