using Holdfast.Agents.Approvals;
using Holdfast.Agents.Conversation;
using Holdfast.Agents.Running;

namespace Holdfast.Agents;

/// <inheritdoc/>
public abstract partial class Agent
{
    /// <summary>Rates that are used up are waited for as long as this; then the call is refused.</summary>
    static readonly TimeSpan RateWaitMax = TimeSpan.FromMinutes(10);

    ApprovalBook _approvals = new();
    CallInDoubt? _doubt;
    CallRuling? _ruling;

    /// <summary>What waits for a person's agreement.</summary>
    [Query]
    public IReadOnlyList<ApprovalRequest> PendingApprovals => _approvals.Open(_definition.Toolbox.Time.GetUtcNow());

    /// <summary>The call that waits for somebody to find out whether it happened; null for none.</summary>
    [Query]
    public CallInDoubt? Doubt => _ruling is null ? _doubt : null;

    /// <summary>Answers an <see cref="ApprovalRequest"/>. Of what comes late, twice, or about something else, nothing counts. Use <see cref="AgentExtensions.AnswerAsync"/>, which also wakes the agent.</summary>
    [Update]
    public ApprovalReceipt TakeAnswer(ApprovalAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return _approvals.Take(answer, _definition.Toolbox.Time.GetUtcNow());
    }

    /// <summary>Decides about <see cref="Doubt"/>. Use <see cref="AgentExtensions.RuleAsync"/>, which also wakes the agent.</summary>
    /// <param name="doubt">What was looked into.</param>
    /// <param name="ruling">What was found.</param>
    /// <returns>Whether it was taken: false when that is not in doubt, or no longer.</returns>
    [Update]
    public bool TakeRuling(CallInDoubt doubt, CallRuling ruling)
    {
        ArgumentNullException.ThrowIfNull(ruling);
        ruling.Cost?.Check();
        if (Doubt is null || Doubt != doubt || !Enum.IsDefined(ruling.Kind)) return false;
        _ruling = ruling;
        return true;
    }

    /// <summary>
    /// A call that the gate let pass has its end: the place for an agent to note in its state what came of it. In a turn of the run, once for each call: it waits for nothing, and what it throws is what the workflow throws.
    /// </summary>
    /// <param name="call">The call, as the model made it.</param>
    /// <param name="result">What came of it.</param>
    protected virtual void OnResult(ToolCall call, EffectResult result)
    {
    }

    async Durable<ToolResult> Handle(ToolCall call, long number, Judgement judged)
    {
        ApprovalId? approval = null;
        string? person = null;
        // Nobody is asked about what cannot be done: of a tool that this build does not have, the gate says so where it would begin.
        if (judged.Arm == JudgementArm.Approve && ToolOf(call.Tool) is { } tool)
        {
            var request = _approvals.Ask(RunId, number, tool, judged.Arguments, judged.Rule, _definition.Toolbox.Time.GetUtcNow() + _definition.ApprovalTime);
            var answer = await Approval(request);
            _approvals.Close(request.Id);
            person = answer?.By;
            if (answer is not { IsGranted: true })
            {
                await Step(step => _definition.Toolbox.RefuseAsync(step, number, call.Tool, GateStage.Approval, judged.Rule, person), new() { Label = "not agreed to" });
                return Refusal(call, answer is null ? "Nobody agreed to it in time. It was not done." : $"A person did not agree to it{(answer.Reason is { } reason ? $": {reason}" : "")}. It was not done.");
            }
            approval = request.Id;
        }
        else if (judged.Arm is not (JudgementArm.Admit or JudgementArm.Approve)) return Refusal(call, judged.Arm == JudgementArm.Park ? $"{judged.Reason} It was not done." : judged.Reason);
        var carried = await Carried(new(number, call.Tool, judged.Arguments) { Account = _account, Principal = _principal, Approval = approval, ApprovedBy = person });
        OnResult(call, carried);
        return carried.Status == EffectStatus.Succeeded ? new(call.Id, call.Tool, carried.Json.Length > 0 ? carried.Json : "null") : Refusal(call, carried.Reason ?? "It was not done.");
    }

    async Durable<EffectResult> Carried(CallRequest request)
    {
        var result = await Carry.Out(_definition, request);
        var waited = TimeSpan.Zero;
        while (result is { Status: EffectStatus.Refused, WaitTime: { } wait } && waited + wait <= RateWaitMax)
        {
            waited += wait;
            await Delay(wait);
            result = await Carry.Out(_definition, request);
        }
        for (var times = 0; result.Status == EffectStatus.InDoubt; times++)
        {
            if (_definition.Toolbox.IsReconcilable(request.Tool) && times < _definition.ReconcileTimes)
            {
                var pause = TimeSpan.FromSeconds(Math.Pow(2, times));
                await Delay(result.WaitTime is { } wait && wait > pause ? wait : pause);
                result = await Carry.Out(_definition, request);
                continue;
            }
            var doubt = new CallInDoubt(request.Number, result.Key, request.Tool, request.Arguments, result.Reason ?? "", request.Try);
            var ruling = await Ruling(doubt);
            if (ruling.Kind == CallRulingKind.Retry)
            {
                request = request with { Try = request.Try + 1 };
                result = await Carry.Out(_definition, request);
            }
            else
            {
                var happened = ruling.Kind == CallRulingKind.Happened;
                result = await Carry.Settle(_definition, request, happened, ruling.Json, $"{(happened ? "It happened" : "It did not happen")}, says {ruling.By}.", ruling.Cost);
            }
        }
        return result;
    }

    async Durable<ApprovalAnswer?> Approval(ApprovalRequest request)
    {
        while (true)
        {
            if (_approvals.AnswerTo(request.Id) is { } answer) return answer;
            var left = request.UntilUtc - _definition.Toolbox.Time.GetUtcNow();
            if (left <= TimeSpan.Zero) return null;
            await Receive(AgentSignals.Decided).Within(left < _definition.LookTime ? left : _definition.LookTime);
        }
    }

    async Durable<CallRuling> Ruling(CallInDoubt doubt)
    {
        if (Ruled(doubt) is { } ruled)
        {
            // What fails at each try would be tried without an end, as fast as the machine can.
            if (ruled.Kind == CallRulingKind.Retry) await Delay(PauseAfter(doubt.Try));
            return ruled;
        }
        (_doubt, _ruling) = (doubt, null);
        while (_ruling is null) await Receive(AgentSignals.Decided).Within(_definition.LookTime);
        var ruling = _ruling;
        (_doubt, _ruling) = (null, null);
        return ruling;
    }

    /// <summary>From one second on, and in the end as long as a rate is waited for.</summary>
    static TimeSpan PauseAfter(int tries) => TimeSpan.FromSeconds(Math.Min(Math.Pow(2, tries - 1), RateWaitMax.TotalSeconds));

    /// <summary>A policy that throws, or says nothing that there is, has decided nothing: a person does.</summary>
    CallRuling? Ruled(CallInDoubt doubt)
    {
        try
        {
            return _definition.RuleInDoubt?.Invoke(doubt) is { } ruling && Enum.IsDefined(ruling.Kind) ? ruling : null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return null;
        }
    }

    Tool? ToolOf(string name) => _definition.Toolbox.Gate.Tools.FirstOrDefault(tool => tool.Name == name);

    /// <summary>What a tool or a person says may be cut off in the middle of a character, and is kept all the same.</summary>
    static ToolResult Refusal(ToolCall call, string why) => new(call.Id, call.Tool, Words.Mended(why), IsError: true);
}
