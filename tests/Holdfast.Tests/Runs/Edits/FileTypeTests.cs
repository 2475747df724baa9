using Holdfast.Tests.Frames.Code;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>Types that one file alone knows, whose names hold the path of that file.</summary>
public sealed class FileTypeTests
{
    const string Source = """
        using Holdfast;
        file record Line(int A, int B);
        file record Many<T>(T A);
        file static class Made { public static Line Line() => new(1, 2); public static object Many() => new Many<Line>(new(3, 4)); public static string Show(object value) => value.ToString(); }
        public sealed class W : Workflow
        {
            public async Durable<string> Run(int n)
            {
                var (line, many) = (Made.Line(), Made.Many());
                var go = await Receive(new Signal<string>("go"));
                return go + Made.Show(line) + Made.Show(many);
            }
        }
        """;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_type_of_a_file_is_found_again_wherever_the_file_stood(bool release) =>
        await EditMatrixTests.ResumesAsync(Source, Compiled.From(Source, release, path: "/other/place/W.cs"), release, 5, "go", 1);
}
