using System.Buffers.Binary;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>One instruction of a method body. Branch targets are numbers of instructions, not bytes.</summary>
/// <param name="Code">What it does.</param>
/// <param name="Operand">A constant, an index, a metadata token or the target of a branch.</param>
/// <param name="Table">The targets of a <c>switch</c>.</param>
readonly record struct Instruction(OpCode Code, long Operand, int[]? Table)
{
    static readonly OpCode[] OneByte = new OpCode[256];
    static readonly OpCode[] TwoByte = new OpCode[256];

    static Instruction()
    {
        foreach (var field in typeof(OpCodes).GetFields())
        {
            if (field.GetValue(null) is not OpCode code || code.OpCodeType == OpCodeType.Nternal) continue;
            (code.Size == 1 ? OneByte : TwoByte)[code.Value & 0xFF] = code;
        }
    }

    /// <summary>The metadata token of an operand that names a member, a type or a string.</summary>
    public int Token => (int)Operand;

    /// <summary>Whether the operand is a token of a member or a type.</summary>
    public bool NamesMember => Code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok;

    /// <summary>Whether it goes on at its target, always or under a condition.</summary>
    public bool IsBranch => Code.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget;

    /// <summary>Whether the instruction after it is reached only by a branch.</summary>
    public bool EndsFlow => Code.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw;

    /// <summary>Whether it is a call of a method or a constructor.</summary>
    public bool IsCall => Code == OpCodes.Call || Code == OpCodes.Callvirt || Code == OpCodes.Newobj;

    /// <summary>The number of the local variable it reads, or -1.</summary>
    public int LoadedLocal => Numbered(OpCodes.Ldloc_0, OpCodes.Ldloc_3, OpCodes.Ldloc_S, OpCodes.Ldloc);

    /// <summary>The number of the local variable it writes, or -1.</summary>
    public int StoredLocal => Numbered(OpCodes.Stloc_0, OpCodes.Stloc_3, OpCodes.Stloc_S, OpCodes.Stloc);

    /// <summary>The number of the argument it reads, or -1.</summary>
    public int LoadedArgument => Numbered(OpCodes.Ldarg_0, OpCodes.Ldarg_3, OpCodes.Ldarg_S, OpCodes.Ldarg);

    /// <summary>The number of the argument it writes, or -1.</summary>
    public int StoredArgument => Code == OpCodes.Starg || Code == OpCodes.Starg_S ? (int)Operand : -1;

    /// <summary>The number of the argument whose address it takes, or -1.</summary>
    public int AddressedArgument => Code == OpCodes.Ldarga || Code == OpCodes.Ldarga_S ? (int)Operand : -1;

    /// <summary>The number of the local variable whose address it takes, or -1.</summary>
    public int AddressedLocal => Code == OpCodes.Ldloca || Code == OpCodes.Ldloca_S ? (int)Operand : -1;

    /// <summary>The 32-bit constant it pushes, or null.</summary>
    public int? Constant =>
        Code == OpCodes.Ldc_I4 || Code == OpCodes.Ldc_I4_S ? (int)Operand
        : Code.Value >= OpCodes.Ldc_I4_M1.Value && Code.Value <= OpCodes.Ldc_I4_8.Value ? Code.Value - OpCodes.Ldc_I4_0.Value
        : null;

    int Numbered(OpCode first, OpCode last, OpCode shortForm, OpCode longForm) =>
        Code == shortForm || Code == longForm ? (int)Operand
        : Code.Value >= first.Value && Code.Value <= last.Value && Code.Size == 1 ? Code.Value - first.Value
        : -1;

    /// <summary>Reads a whole body. The offsets have one entry more than there are instructions: the end of the code.</summary>
    public static Instruction[] Read(ReadOnlySpan<byte> code, out int[] offsets)
    {
        var instructions = new List<Instruction>(code.Length / 2);
        var starts = new List<int>(code.Length / 2);
        for (var at = 0; at < code.Length;)
        {
            starts.Add(at);
            instructions.Add(ReadOne(code, ref at));
        }
        starts.Add(code.Length);
        offsets = [.. starts];
        var result = instructions.ToArray();
        for (var i = 0; i < result.Length; i++)
        {
            ref var one = ref result[i];
            if (one.IsBranch) one = one with { Operand = IndexOf(offsets, (int)one.Operand) };
            if (one.Table is not { } table) continue;
            for (var t = 0; t < table.Length; t++) table[t] = IndexOf(offsets, table[t]);
        }
        return result;
    }

    /// <summary>The number of the instruction that begins at an offset.</summary>
    public static int IndexOf(int[] offsets, int offset)
    {
        var index = Array.BinarySearch(offsets, offset);
        return index >= 0 ? index : throw new FormatException($"There is no instruction at offset {offset}.");
    }

    static Instruction ReadOne(ReadOnlySpan<byte> code, ref int at)
    {
        var op = OneByte[code[at++]];
        if (op.Size == 0 && code[at - 1] == 0xFE) op = TwoByte[code[at++]];
        if (op.Size == 0) throw new FormatException($"There is no instruction with the code {code[at - 1]:x2}.");
        long operand = 0;
        int[]? table = null;
        var rest = code[at..];
        switch (op.OperandType)
        {
            case OperandType.InlineNone:
                break;
            case OperandType.ShortInlineI:
                // Only ldc.i4.s is signed; the alignment of unaligned. is small enough for either reading.
                operand = (sbyte)rest[0];
                at += 1;
                break;
            case OperandType.ShortInlineVar:
                operand = rest[0];
                at += 1;
                break;
            case OperandType.ShortInlineBrTarget:
                at += 1;
                operand = at + (sbyte)rest[0];
                break;
            case OperandType.InlineVar:
                operand = BinaryPrimitives.ReadUInt16LittleEndian(rest);
                at += 2;
                break;
            case OperandType.InlineBrTarget:
                at += 4;
                operand = at + BinaryPrimitives.ReadInt32LittleEndian(rest);
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                operand = BinaryPrimitives.ReadInt64LittleEndian(rest);
                at += 8;
                break;
            case OperandType.InlineSwitch:
                var count = BinaryPrimitives.ReadInt32LittleEndian(rest);
                at += 4 + 4 * count;
                table = new int[count];
                for (var i = 0; i < count; i++) table[i] = at + BinaryPrimitives.ReadInt32LittleEndian(rest[(4 + 4 * i)..]);
                break;
            default:
                operand = BinaryPrimitives.ReadInt32LittleEndian(rest);
                at += 4;
                break;
        }
        return new Instruction(op, operand, table);
    }
}
