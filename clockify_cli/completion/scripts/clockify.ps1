# Completion of clockify for PowerShell, 5.1 and newer.
#
# For one shell:  clockify completion powershell | Out-String | Invoke-Expression
# For good:       that line in the file that $PROFILE names

Register-ArgumentCompleter -Native -CommandName 'clockify', 'clockify.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The words before the cursor as they are meant, quotes off; nothing in them is evaluated.
    $before = @()
    $current = ''
    foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
        # Offsets count from the beginning of the input, the cursor's too.
        if ($element.Extent.StartOffset -ge $cursorPosition) { break }
        $raw = $element.Extent.Text
        $isCurrent = $element.Extent.EndOffset -ge $cursorPosition
        if ($isCurrent) {
            $raw = $raw.Substring(0, $cursorPosition - $element.Extent.StartOffset)
        }
        if ($raw -match "^['\u2018\u2019]") {
            $text = $raw.Substring(1) -replace "['\u2018\u2019]$", '' -replace "''", "'"
        } elseif ($raw -match '^["\u201c\u201d]') {
            $text = $raw.Substring(1) -replace '["\u201c\u201d]$', '' -replace '""', '"'
            $text = $text -replace '`(.)', '$1'
        } else {
            $text = $raw -replace '`(.)', '$1'
        }
        if ($isCurrent) { $current = $text } else { $before += $text }
    }

    $oldWords = $env:CLOCKIFY_COMPLETE
    $oldEncoding = [Console]::OutputEncoding
    try {
        $env:CLOCKIFY_COMPLETE = (@($before) + @($current) | ForEach-Object {
            $_ -replace "[\r\n]", ' '
        }) -join "`n"
        [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
        $program = Get-Command -Name clockify -CommandType Application -TotalCount 1
        $told = @(& $program __complete powershell 2>$null)
    } catch {
        return
    } finally {
        $env:CLOCKIFY_COMPLETE = $oldWords
        [Console]::OutputEncoding = $oldEncoding
    }
    # Where nothing is returned, PowerShell completes a path by itself.
    if ($told.Count -lt 2 -or $told[0] -ne 'words') { return }

    foreach ($line in ($told | Select-Object -Skip 1)) {
        $value, $help = $line -split "`t", 2
        if (-not $value) { continue }
        if (-not $help) { $help = $value }
        $kind = 'ParameterValue'
        if ($value -match '^--?[a-z]') { $kind = 'ParameterName' }
        # Quoted whenever it holds more than letters, digits and a few signs. PowerShell takes
        # the curly single quotes for single quotes too, so they are doubled like those.
        $text = $value
        if ($value -notmatch '^[A-Za-z0-9_/-][A-Za-z0-9_/+-]*$') {
            $text = "'" + ($value -replace "(['\u2018\u2019\u201a\u201b])", '$1$1') + "'"
        }
        [System.Management.Automation.CompletionResult]::new($text, $value, $kind, $help)
    }
}
