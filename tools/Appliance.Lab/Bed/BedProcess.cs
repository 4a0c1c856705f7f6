using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Appliance.Lab.Bed;

/// <summary>
/// One child process, ended by its own id and never by name. Standard error is kept (bounded) because the programs of
/// the bed tell there that they are ready, and at the end what they lost.
/// </summary>
internal sealed class BedProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly string _name;

    private BedProcess(string program, IEnumerable<string> arguments, Action<string>? onLine)
    {
        _name = program;
        ProcessStartInfo start = new(program)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                onLine?.Invoke(line.Data);
            }
        };
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What the child wrote to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts a child; <paramref name="onLine"/> gets each line of its standard output.</summary>
    /// <exception cref="BedException">The program is not installed.</exception>
    public static BedProcess Start(string program, IEnumerable<string> arguments, Action<string>? onLine = null)
    {
        BedProcess child = new(program, arguments, onLine);
        try
        {
            child._process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            child.Dispose();
            throw new BedException($"{program} does not start: {e.Message}");
        }

        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a short command to its end and returns its standard output.</summary>
    /// <exception cref="BedException">It failed or took longer than <see cref="BedLimits.Command"/>.</exception>
    public static string Run(string program, params string[] arguments)
    {
        StringBuilder output = new();
        using BedProcess child = Start(program, arguments, line => output.AppendLine(line));
        if (!child.Wait(BedLimits.Command) || child.ExitCode != 0)
        {
            string why = child.HasExited ? child.Errors.Trim() : "no end in time";
            throw new BedException($"{program} {string.Join(' ', arguments)}: {why}");
        }

        return output.ToString();
    }

    /// <summary>Waits until the child said <paramref name="text"/> on standard error.</summary>
    /// <exception cref="BedException">It ended, or did not say it in time.</exception>
    public void WaitForError(string text, CancellationToken stop)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!Errors.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || watch.Elapsed > BedLimits.Start)
            {
                throw new BedException($"{_name} is not ready: {Errors.Trim()}");
            }

            Pause(stop);
        }
    }

    /// <summary>One short step of a bounded wait.</summary>
    /// <exception cref="OperationCanceledException">The run was asked to stop.</exception>
    public static void Pause(CancellationToken stop)
    {
        stop.WaitHandle.WaitOne(20);
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for the end and for the last line of output; false when the time is over.</summary>
    public bool Wait(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit))
        {
            return false;
        }

        _process.WaitForExit();
        return true;
    }

    /// <summary>Asks the child to end (SIGINT, so that it flushes), and ends it when it does not.</summary>
    public void Stop()
    {
        if (!_process.HasExited)
        {
            Signal("INT", _process.Id);
        }

        if (!Wait(BedLimits.Stop))
        {
            _process.Kill(entireProcessTree: true);
            Wait(BedLimits.Stop);
        }
    }

    /// <summary>
    /// Sends a signal to one process that this bed started; a process that is gone already is no error.
    /// </summary>
    public static void Signal(string signal, int id)
    {
        string command = string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {id} 2>/dev/null || true");
        Run("sh", "-c", command);
    }

    public void Dispose()
    {
        if (Started() && !_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            Wait(BedLimits.Stop);
        }

        _process.Dispose();
    }

    private bool Started()
    {
        try
        {
            return _process.Id > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void KeepError(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Length < BedLimits.ErrorTextChars)
            {
                _errors.AppendLine(line);
            }
        }
    }
}
