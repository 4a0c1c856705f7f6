// Threads and the console; see README.md.
namespace System
{
    public static class Console
    {
        public static extern void Write(string value);
        public static extern void WriteLine();
        public static extern void WriteLine(string value);
    }
}

namespace System.Diagnostics
{
    public static class Debug
    {
        public static extern void WriteLine(string message);
    }
}

namespace System.Threading
{
    public delegate void ThreadStart();

    public sealed class Thread
    {
        public extern Thread(ThreadStart start);
        public extern void Start();
        public extern void Join();
        public static extern void Sleep(int millisecondsTimeout);
    }
}
