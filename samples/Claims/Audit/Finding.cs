namespace Claims;

/// <summary>What can be wrong with the books.</summary>
enum Wrong
{
    UnknownRow, QuarantinedRowServed, TwoKeys, SharedKey, PaymentMissing, PaymentWrong, AppliedTwice, PaidAgainstAnswer, NotifiedUnpaid, UnknownKind, NotificationWrong, LateApplied,
    NotificationMissing, NotificationRepeated, AdjusterNotTold, AdjusterContradicts, UnknownAnswer,
}

/// <summary>One thing that the audit holds against a row.</summary>
sealed record Finding(int Row, Wrong Wrong, string Text);
