using System.Globalization;

namespace Appliance.Benchmarks.Live;

/// <summary>What one thread has used so far.</summary>
/// <param name="Name">As the kernel knows it.</param>
/// <param name="RunNs">On a processor.</param>
/// <param name="QueuedNs">Ready to run, waiting for a processor.</param>
internal readonly record struct TaskTime(string Name, long RunNs, long QueuedNs);

/// <summary>
/// The threads of a process and what each has used, from /proc/PID/task/TID/schedstat: nanoseconds of the scheduler,
/// not ticks. A thread that has ended between two readings is left out.
/// </summary>
internal sealed class TaskTimes
{
    private readonly Dictionary<string, TaskTime> tasks = [];

    private TaskTimes()
    {
    }

    /// <summary>All threads together.</summary>
    public long RunNs => tasks.Values.Sum(task => task.RunNs);

    /// <summary>The thread that ran most.</summary>
    public TaskTime Busiest => tasks.Values.MaxBy(task => task.RunNs);

    public static TaskTimes Read(int process)
    {
        TaskTimes times = new();
        foreach (string folder in Directory.EnumerateDirectories(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            if (TryRead(folder, out TaskTime time))
            {
                times.tasks[folder] = time;
            }
        }

        return times;
    }

    /// <summary>What each thread used since an earlier reading.</summary>
    public TaskTimes Since(TaskTimes earlier)
    {
        TaskTimes used = new();
        foreach ((string folder, TaskTime now) in tasks)
        {
            TaskTime before = earlier.tasks.GetValueOrDefault(folder);
            used.tasks[folder] = new TaskTime(now.Name, now.RunNs - before.RunNs, now.QueuedNs - before.QueuedNs);
        }

        return used;
    }

    /// <summary>The thread of that name.</summary>
    /// <exception cref="InvalidOperationException">There is none, or several.</exception>
    public TaskTime Named(string name) => tasks.Values.Single(task => task.Name == name);

    private static bool TryRead(string folder, out TaskTime time)
    {
        time = default;
        try
        {
            string[] words = File.ReadAllText(Path.Combine(folder, "schedstat")).Split(' ');
            string name = File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd('\n');
            time = new TaskTime(
                name, long.Parse(words[0], CultureInfo.InvariantCulture),
                long.Parse(words[1], CultureInfo.InvariantCulture));
            return true;
        }
        catch (IOException)
        {
            return false; // It ended meanwhile.
        }
    }
}
