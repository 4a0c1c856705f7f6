using System;

namespace Appliance.Supervisor.SelfTest;

/// <summary>Entry point of the self-test on the interpreter: text is the only way out of it.</summary>
public static class Program
{
    /// <summary>Prints a line a scenario, then <c>EXIT 0</c> where all of them hold, <c>EXIT 1</c> otherwise.</summary>
    public static void Main()
    {
        int failed = SelfTestRun.Run();
        Console.WriteLine(failed == 0 ? "EXIT 0" : "EXIT 1");
    }
}
