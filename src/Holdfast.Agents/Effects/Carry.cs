namespace Holdfast.Agents;

/// <summary>Carries calls out from durable code: a workflow of any kind, or an agent.</summary>
public static class Carry
{
    /// <summary>A try that does not end, or that fails each time it is made again, is not waited for longer.</summary>
    const int WaitsMax = 5;

    /// <summary>An account that is not there at the first try is not there at the next one.</summary>
    static RetryPolicy NotOfMisuse => RetryPolicy.Default with { NonRetryable = [typeof(ArgumentException)] };

    /// <summary>
    /// Carries a call out, through the gate and the ledger: admitted and started in one commit, settled in the commit that keeps the result. Where the world can be asked about a doubt, it is asked once, when
    /// <see cref="EffectOptions{TArguments}.SettleTime"/> is over. What comes back in doubt is settled by nobody but
    /// <see cref="Out(Toolbox, CallRequest)"/> again, where the world can be asked, and <see cref="Settle(Toolbox, CallRequest, bool, string, string, Spending)"/>.
    /// </summary>
    /// <param name="toolbox">The tools, as the workflow was injected with them.</param>
    /// <param name="request">The call. The number belongs to this call of this run and to no other.</param>
    public static Durable<EffectResult> Out(Toolbox toolbox, CallRequest request)
    {
        ArgumentNullException.ThrowIfNull(toolbox);
        ArgumentNullException.ThrowIfNull(request);
        return Asked(toolbox, request);
    }

    static async Durable<EffectResult> Asked(Toolbox toolbox, CallRequest request)
    {
        var result = await Out((ICarrier)toolbox, request);
        for (var waits = 0; waits < WaitsMax && result is { Status: EffectStatus.InDoubt, WaitTime: { } wait }; waits++)
        {
            await Durable.Delay(wait);
            result = await Out((ICarrier)toolbox, request);
        }
        return result;
    }

    internal static async Durable<EffectResult> Out(ICarrier carrier, CallRequest request)
    {
        string why;
        var happened = true;
        try
        {
            // A deploy may make a handler of code, or code of a handler, in the middle of it: each leaves it to the other then.
            while (true)
            {
                if (!carrier.Toolbox.HasHandler(request.Tool))
                {
                    if (await Durable.Step(step => carrier.Toolbox.CarryOutAsync(step, request), carrier.Toolbox.OptionsOf(request.Tool)) is { } result) return result;
                }
                else if (await ByName(carrier, request) is { } result)
                {
                    return result;
                }
            }
        }
        catch (OperationCanceledException)
        {
            await Durable.Shield(async () => { await Durable.Step(step => carrier.Toolbox.GiveUpAsync(step, request, "The run was cancelled meanwhile."), new() { Label = "give up" }); });
            throw;
        }
        catch (StepFailedException error) when (error.TypeName == typeof(ToolFailedException).FullName)
        {
            (happened, why) = (false, error.Message);
        }
        catch (Exception error)
        {
            why = $"Its last attempt ended with {(error as ToolThrewException)?.Thrown ?? error.GetType().Name}.";
        }
        // A handler's word that it did nothing comes as the name of the exception.
        if (!happened) return await Settle(carrier, request, happened, "", why);
        return await Durable.Step(step => carrier.Toolbox.GiveUpAsync(step, request, why), new() { Label = "give up" });
    }

    /// <summary>
    /// Settles a call that is in doubt, as a person or a policy has decided. Of one that has its last word nothing is changed, and what comes back is what the ledger has of it; of one that was never started,
    /// <see cref="EffectStatus.Refused"/>.
    /// </summary>
    /// <param name="toolbox">The tools.</param>
    /// <param name="request">The call.</param>
    /// <param name="happened">Whether it happened.</param>
    /// <param name="json">Its result, as JSON, if it did.</param>
    /// <param name="why">Who decided, and why, for the ledger and, if it did not happen, for the model.</param>
    /// <param name="cost">What it has cost, if it happened. Null, and null for one of the units: nobody knows, and what was reserved counts as spent.</param>
    public static Durable<EffectResult> Settle(Toolbox toolbox, CallRequest request, bool happened, string json, string why, Spending? cost = null)
    {
        ArgumentNullException.ThrowIfNull(toolbox);
        ArgumentNullException.ThrowIfNull(request);
        cost?.Check();
        return Settle((ICarrier)toolbox, request, happened, json, why, cost);
    }

    /// <summary>Through a handler: the run itself calls it, between the start and the settlement. Null where the tool has no handler any more.</summary>
    static async Durable<EffectResult?> ByName(ICarrier carrier, CallRequest request)
    {
        var call = await Durable.Step(step => carrier.Toolbox.BeginAsync(step, request), new() { Label = $"start {request.Tool}" });
        if (call is not { End: null }) return call?.End;
        var arguments = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(call.Arguments);
        var result = await Durable.Call<System.Text.Json.JsonElement>(call.Name, arguments, carrier.Toolbox.OptionsOf(request.Tool, call.Key));
        return await Settle(carrier, request, happened: true, result.GetRawText(), "Its handler succeeded.");
    }

    internal static async Durable<EffectResult> Settle(ICarrier carrier, CallRequest request, bool happened, string json, string why, Spending? cost = null) =>
        await Durable.Step(step => carrier.Toolbox.SettleAsync(step, request, happened, json, why, cost), new() { Label = "settle" });

    /// <summary>Opens an account, and makes the ledger's tables if there are none. An account that is open stays as it is.</summary>
    /// <param name="account">The account.</param>
    /// <param name="limit">What may be spent from it.</param>
    /// <param name="parent">The account that is drawn on as well; null for none. It must be open.</param>
    /// <exception cref="StepFailedException">An account has no name, the parent was never opened, there are too many above it, or the account is open under another parent.</exception>
    public static async Durable OpenAccount(AccountId account, Spending limit, AccountId? parent = null) => await Durable.Transaction(
        tx =>
        {
            Ledgers.LedgerTables.Make(tx);
            Ledgers.BudgetRows.Open(tx, account, parent, limit);
            return default(Nothing);
        }, new() { Label = "open account", Retry = NotOfMisuse });

    /// <summary>How an account stands; null when it was never opened.</summary>
    /// <exception cref="StepFailedException">The account has no name.</exception>
    public static async Durable<Account?> ReadAccount(AccountId account) => await Durable.Transaction(
        tx =>
        {
            Ledgers.LedgerTables.Make(tx);
            return Ledgers.BudgetRows.Read(tx, account);
        }, new() { Label = "read account", Retry = NotOfMisuse });
}
