namespace Holdfast.Frames.Code;

static class Liveness
{
    public static LiveFields Of(Type machine) => new();
}

sealed class LiveFields
{
    public bool IsLive(int state, System.Reflection.FieldInfo field) => true;
}
