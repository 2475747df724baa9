using System.Text.Json;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;

namespace Holdfast.Frames;

/// <summary>What form the outcome of an op has.</summary>
enum ValueForm : byte
{
    /// <summary>No value: a timer.</summary>
    None = 0,

    /// <summary>The graph codec's: steps in this process.</summary>
    Graph = 1,

    /// <summary>JSON: what crosses processes, that is calls.</summary>
    Json = 2,

    /// <summary>JSON in a message: signals.</summary>
    Mail = 3,

    /// <summary>JSON from a child run.</summary>
    Child = 4,
}

/// <summary>A durable that the kernel settles: step, timer, signal or child.</summary>
sealed class OpDurable<T>(ValueForm form, string label) : Durable<T>
{
    ValueForm _form = form;

    /// <summary>A step's label or a signal's name.</summary>
    string _label = label;

    public string Label => _label;

    internal override string Describe() => $"{_label} (op {Op})";

    internal override void Deliver(in Delivery delivery)
    {
        var outcome = delivery.Outcome;
        switch (outcome.Kind)
        {
            // Both were due when the turn began, and what cancelled the scope was due first: a turn in time would have cancelled the timer.
            case OutcomeKind.Succeeded when _form == ValueForm.None && Scope is { IsCancelled: true }:
                Observed = true;
                SettleFailed(new OperationCanceledException(WhyCancelled(null)), cancelled: true);
                return;
            case OutcomeKind.Cancelled when _form != ValueForm.Child || Scope is { IsCancelled: true }:
                Observed = true;
                SettleFailed(new OperationCanceledException(WhyCancelled(outcome.Summary)), cancelled: true);
                return;
            case OutcomeKind.Cancelled:
            case OutcomeKind.Failed when _form == ValueForm.Child:
                SettleFailed(ChildFailed(outcome));
                return;
            case OutcomeKind.Failed when outcome.IsInDoubt:
                SettleFailed(new StepInDoubtException($"{Describe()} was cut off by the end of the process, and nobody knows whether it happened."));
                return;
            case OutcomeKind.Failed:
                SettleFailed(Owner!.Services.Codec.DecodeError(outcome, Describe()));
                return;
        }
        T value;
        try
        {
            value = Decode(delivery);
        }
        catch (HoldfastException error) when (_form == ValueForm.Mail && error.Error == HoldfastError.InvalidPayload)
        {
            // A message of the wrong shape is the sender's mistake, not the run's: it waits on for a good one.
            Owner!.Ops.Add(Op, this);
            RunKernel.Decide(Owner.State, new RunEvent.RejectMail(Op, _label, delivery.Mail!, error.Message), Owner.Now, Owner.Decision);
            return;
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.InvalidPayload)
        {
            SettleFailed(error);
            return;
        }
        SettleSucceeded(value);
    }

    internal override void Check(in Delivery delivery)
    {
        // A failure arrives in some form in any code.
        if (delivery.Outcome.Kind == OutcomeKind.Succeeded) Decode(delivery);
    }

    internal override Type ValueType => typeof(T);

    internal override byte[]? EncodeDecided(object? value, Type given)
    {
        if (!(value is null ? typeof(T).IsAssignableFrom(given) : value is T fit && Graph.ArrayFit<T>.Is(fit))) return null;
        return _form == ValueForm.Json ? Owner!.Services.Json.Write(value, typeof(T), $"The decided result of the call '{_label}'") : Owner!.Services.Codec.EncodeValue((T)value!);
    }

    T Decode(in Delivery delivery) => _form switch
    {
        ValueForm.None => default!,
        ValueForm.Graph => Owner!.Services.Codec.DecodeValue<T>(delivery.Outcome.Value),
        ValueForm.Json => Json(delivery.Outcome.Value, $"The result of the call '{_label}'", delivery),
        ValueForm.Child => Json(delivery.Outcome.Value, $"The result of the child '{_label}'", delivery),
        _ => Json(delivery.Mail!.Payload, $"The signal '{_label}'", delivery),
    };

    /// <summary>Why it was asked to cancel, and what it made of that when it says so.</summary>
    string WhyCancelled(string? summary) => (Scope?.Reason, summary) switch
    {
        (null, null) => $"{Describe()} was cancelled.",
        (null, _) => summary,
        (var reason, null) => reason,
        (var reason, _) => reason == summary ? reason : $"{reason} ({summary})",
    };

    ChildFailedException ChildFailed(Outcome outcome)
    {
        var error = outcome.Kind == OutcomeKind.Failed ? RunErrors.Decode(outcome.Value) : null;
        var how = outcome.Kind == OutcomeKind.Failed ? "failed" : "was cancelled";
        return new($"The child run {Describe()} {how}: {error?.Message ?? outcome.Summary}", error);
    }

    T Json(ReadOnlyMemory<byte> utf8, string what, in Delivery delivery)
    {
        if (typeof(T) == typeof(Nothing)) return default!;
        return (T)Owner!.Services.ReadKept(utf8, typeof(T), what, delivery.KeptUtc ?? delivery.Mail?.Utc, isSent: _form == ValueForm.Mail)!;
    }

    internal override void Save(GraphWriter writer)
    {
        base.Save(writer);
        writer.WriteByte((byte)_form);
        writer.WriteReference(_label);
    }

    internal override void Load(GraphReader reader)
    {
        base.Load(reader);
        _form = (ValueForm)reader.ReadByte();
        if (_form > ValueForm.Child) throw GraphErrors.Corrupt("an op has an unknown form");
        _label = reader.ReadReference<string>() ?? "";
    }
}
