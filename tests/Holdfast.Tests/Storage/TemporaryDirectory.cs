namespace Holdfast.Tests.Storage;

/// <summary>A directory of one test, removed with everything in it.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("holdfast-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // An abandoned connection may still hold a file where open files cannot be removed.
        }
    }
}
