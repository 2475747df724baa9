using System.Diagnostics.CodeAnalysis;
using System.Text;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents.Models;

/// <summary>Reads a model's answer as a record, by what reads the arguments of tools.</summary>
sealed class AnswerShape<T>
    where T : notnull
{
    static AnswerShape<T>? s_instance;

    readonly TypePlan _plan = Planner.Of(typeof(T));

    /// <summary>Made when it is asked for, so that a type which cannot be one is an error of the caller's and not of a static constructor.</summary>
    public static AnswerShape<T> Instance => s_instance ??= new();

    public JsonSchema Schema => field ??= new(_plan.Schema);

    /// <param name="reply">The answer.</param>
    /// <param name="value">The record.</param>
    /// <param name="problem">What is wrong otherwise, in words for the model: it repeats no value.</param>
    public bool TryRead(ModelReply reply, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? problem)
    {
        value = default;
        problem = reply.FinishReason switch
        {
            FinishReason.Length => "The answer was cut off at the limit of tokens; a shorter one is needed.",
            FinishReason.TooLong => "The answer is longer than an answer may be; a shorter one is needed.",
            _ => null,
        };
        if (problem is not null) return false;
        if (!RecordText.TryRead(_plan, Encoding.UTF8.GetBytes(reply.Text.Trim()), "answer", out var read, out problem)) return false;
        value = (T)read;
        return true;
    }
}
