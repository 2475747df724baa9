namespace Holdfast.Runtime;

/// <summary>Does its work each time it is called, and never twice at once. Disposed, it does nothing more. Thread-safe.</summary>
abstract class Standby : IDisposable
{
    public abstract void Call();

    public abstract void Dispose();
}

/// <summary>A thread of its own, started by the first call.</summary>
sealed class ThreadStandby(string name, Action work) : Standby
{
    readonly object _call = new();
    Thread? _thread;
    bool _isCalled;
    bool _isDisposed;

    public override void Call()
    {
        lock (_call)
        {
            if (_isDisposed) return;
            _isCalled = true;
            Monitor.Pulse(_call);
            if (_thread is not null) return;
            _thread = new(Wait) { IsBackground = true, Name = name };
            _thread.UnsafeStart();
        }
    }

    public override void Dispose()
    {
        lock (_call)
        {
            _isDisposed = true;
            Monitor.Pulse(_call);
        }
    }

    void Wait()
    {
        while (true)
        {
            lock (_call)
            {
                while (!_isCalled && !_isDisposed) Monitor.Wait(_call);
                if (_isDisposed) return;
                _isCalled = false;
            }
            work();
        }
    }
}
