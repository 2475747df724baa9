namespace Holdfast.Frames;

/// <summary>The exception that ended a run, as it is kept: plain JSON, readable without the code that threw it.</summary>
static class RunErrors
{
    public static byte[] Encode(Exception error)
    {
        var told = ErrorText.Of(error);
        return System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new RunError(error is StepFailedException failed ? failed.TypeName : error.GetType().FullName!, told.Message, told.Stack));
    }

    public static RunError? Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        try
        {
            return System.Text.Json.JsonSerializer.Deserialize<RunError>(bytes.Span);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
