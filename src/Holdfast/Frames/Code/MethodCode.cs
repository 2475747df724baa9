using System.Reflection;
using System.Reflection.Emit;

namespace Holdfast.Frames.Code;

/// <summary>A part of a method that a handler guards. Borders are numbers of instructions; ends are exclusive.</summary>
readonly record struct Guarded(ExceptionHandlingClauseOptions Kind, int Start, int End, int Handler, int HandlerEnd, int Filter, Type? Catches)
{
    /// <summary>Whether the instruction is inside the guarded part.</summary>
    public bool Covers(int index) => index >= Start && index < End;
}

/// <summary>The body of a method, decoded, with its tokens resolved in the method's own generic context.</summary>
sealed class MethodCode
{
    readonly Type[]? _typeArguments;
    readonly Type[]? _methodArguments;
    readonly MemberInfo?[] _members;

    MethodCode(MethodBase method, MethodBody body, byte[] il)
    {
        Method = method;
        Body = body;
        Instructions = Instruction.Read(il, out var offsets);
        _members = new MemberInfo?[Instructions.Length];
        _typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        _methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        Guards = [.. body.ExceptionHandlingClauses.Select(clause => Read(clause, offsets))];
    }

    public MethodBase Method { get; }

    public MethodBody Body { get; }

    public Instruction[] Instructions { get; }

    /// <summary>The guarded parts, inner ones first, as the runtime wants them.</summary>
    public Guarded[] Guards { get; }

    /// <summary>The code of a method, or null when it has none: abstract, external or made by the runtime.</summary>
    public static MethodCode? Of(MethodBase method)
    {
        try
        {
            return method.GetMethodBody() is { } body && body.GetILAsByteArray() is { } il ? new MethodCode(method, body, il) : null;
        }
        catch (Exception broken) when (broken is not HoldfastException)
        {
            throw Unreadable(method, "its code cannot be read", broken);
        }
    }

    /// <summary>The member or type an instruction names.</summary>
    public MemberInfo Member(int index)
    {
        if (_members[index] is { } known) return known;
        try
        {
            return _members[index] = Method.Module.ResolveMember(Instructions[index].Token, _typeArguments, _methodArguments)!;
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            throw Unreadable(Method, $"the operand of '{Instructions[index].Code.Name}' at instruction {index} does not resolve", broken);
        }
    }

    /// <summary>As <see cref="Member"/>, but null where a part of the code refers to what is not there.</summary>
    public MemberInfo? TryMember(int index)
    {
        try
        {
            return Member(index);
        }
        catch (HoldfastException)
        {
            return null;
        }
    }

    /// <summary>The text an <c>ldstr</c> pushes.</summary>
    public string Text(int index) => Method.Module.ResolveString(Instructions[index].Token);

    /// <summary>The error for code that cannot be understood. Guessing would resume a run in the wrong place.</summary>
    public static HoldfastException Unreadable(MethodBase method, string why, Exception? inner = null) =>
        new(
            HoldfastError.InvalidWorkflow,
            $"The code of '{method.DeclaringType?.FullName}.{method.Name}' cannot be identified: {why}. Runs suspended in it could not be resumed safely.",
            inner);

    static Guarded Read(ExceptionHandlingClause clause, int[] offsets)
    {
        var filter = clause.Flags == ExceptionHandlingClauseOptions.Filter;
        return new Guarded(
            clause.Flags,
            Instruction.IndexOf(offsets, clause.TryOffset),
            Instruction.IndexOf(offsets, clause.TryOffset + clause.TryLength),
            Instruction.IndexOf(offsets, clause.HandlerOffset),
            Instruction.IndexOf(offsets, clause.HandlerOffset + clause.HandlerLength),
            filter ? Instruction.IndexOf(offsets, clause.FilterOffset) : -1,
            clause.Flags == ExceptionHandlingClauseOptions.Clause ? clause.CatchType : null);
    }
}
