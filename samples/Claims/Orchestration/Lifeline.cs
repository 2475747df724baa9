namespace Claims;

/// <summary>Ties a child process to its parent: the pipe on its standard input ends when the parent does, however that happens.</summary>
static class Lifeline
{
    /// <summary>Ends when the parent closes the pipe or dies.</summary>
    public static async Task HoldAsync()
    {
        await using var pipe = Console.OpenStandardInput();
        var buffer = new byte[16];
        while (await pipe.ReadAsync(buffer) > 0)
        {
        }
    }

    /// <summary>Tells the parent something, on a line of its own.</summary>
    public static void Tell(string word, object value)
    {
        Console.Out.WriteLine($"{word} {value}");
        Console.Out.Flush();
    }
}
