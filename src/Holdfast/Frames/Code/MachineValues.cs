using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>
/// Computes what is known about values on one path through a machine: constants, and the state while it is known.
/// Everything else is unknown, and then both ways of a branch are taken.
/// </summary>
static class MachineValues
{
    /// <summary>The value a producer pushed, or null. Reads of the state count only if nothing wrote it since.</summary>
    public static int? Evaluate(MachineAccess access, int producer, int consumer, int? local, int? state)
    {
        producer = access.Operands.Origin(producer);
        if (producer < 0 || producer >= consumer) return null;
        var instruction = access.Code.Instructions[producer];
        if (instruction.Constant is { } constant) return constant;
        if (access.StateLocal >= 0 && instruction.LoadedLocal == access.StateLocal) return Undisturbed(access, producer, consumer) ? local : null;
        if (instruction.Code == OpCodes.Ldfld && access.IsOn(producer, OpCodes.Ldfld, access.State)) return Undisturbed(access, producer, consumer) ? state : null;
        if (access.Operands.PoppedBy(producer) is not [var first, var second]) return null;
        if (Evaluate(access, first, consumer, local, state) is not { } left || Evaluate(access, second, consumer, local, state) is not { } right) return null;
        var op = instruction.Code;
        if (op == OpCodes.Add) return unchecked(left + right);
        if (op == OpCodes.Sub) return unchecked(left - right);
        if (op == OpCodes.Ceq) return left == right ? 1 : 0;
        if (op == OpCodes.Clt) return left < right ? 1 : 0;
        if (op == OpCodes.Cgt) return left > right ? 1 : 0;
        if (op == OpCodes.Clt_Un) return (uint)left < (uint)right ? 1 : 0;
        if (op == OpCodes.Cgt_Un) return (uint)left > (uint)right ? 1 : 0;
        return null;
    }

    /// <summary>Whether a branch with these operands is taken.</summary>
    public static bool Takes(OpCode op, int left, int right)
    {
        // The long form of a branch is the short one's number plus a constant; only the name says what both do.
        var name = op.Name!.EndsWith(".s", StringComparison.Ordinal) ? op.Name[..^2] : op.Name;
        return name switch
        {
            "brtrue" => left != 0,
            "brfalse" => left == 0,
            "beq" => left == right,
            "bne.un" => left != right,
            "blt" => left < right,
            "ble" => left <= right,
            "bgt" => left > right,
            "bge" => left >= right,
            "blt.un" => (uint)left < (uint)right,
            "ble.un" => (uint)left <= (uint)right,
            "bgt.un" => (uint)left > (uint)right,
            "bge.un" => (uint)left >= (uint)right,
            _ => throw new ArgumentOutOfRangeException(nameof(op), op.Name, "This is no conditional branch."),
        };
    }

    /// <summary>Whether neither the state nor its copy is written, and nothing is jumped to, between the two instructions.</summary>
    static bool Undisturbed(MachineAccess access, int producer, int consumer)
    {
        for (var i = producer + 1; i < consumer; i++)
        {
            var instruction = access.Code.Instructions[i];
            if (instruction.StoredLocal == access.StateLocal || instruction.Code.FlowControl is not (FlowControl.Next or FlowControl.Meta)) return false;
            if (instruction.Code == OpCodes.Stfld && access.IsOn(i, OpCodes.Stfld, access.State)) return false;
        }
        return true;
    }
}
